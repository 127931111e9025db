//! The API from outside: requests in, answers out, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, loudly and where it happened"
)]

mod access;
mod approvals;
mod attachments;
mod begin;
mod certificates;
mod chat;
mod contacts;
mod contract;
mod controls;
mod conversations;
mod desk;
mod events;
mod gone;
mod inbound;
mod inbox;
mod jobs;
mod matrix;
mod messages;
mod once;
mod own;
mod policies;
mod problems;
mod propose;
mod providers;
mod providers_mail;
mod roles;
mod search;
mod support;
mod unsubscribe;
mod webhooks;
