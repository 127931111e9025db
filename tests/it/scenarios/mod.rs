//! One test for each of the scenarios that the product promises, named after it, on both databases.
//!
//! | scenarios | about |
//! |---|---|
//! | S1, S2, S5, S9, S17, S19 | [`people`]: approvals, replies, pauses |
//! | S3, S4, S6, S7, S8 | [`once`]: crashes, repetitions, the kill switch |
//! | S10–S16, S18 | [`policies`]: what the policy decides |
//! | S24, S25 | [`replay`]: recorded traffic under another policy |
//! | S20–S23, S27–S30 | [`inbox`]: who writes, who reads, what is logged |
//! | S26 | [`webhooks`]: who is told |

mod inbox;
mod once;
mod people;
mod policies;
mod replay;
mod webhooks;
