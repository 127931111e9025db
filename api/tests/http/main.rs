//! The API from outside: requests in, answers out, on both databases.

mod approvals;
mod contract;
mod controls;
mod conversations;
mod inbound;
mod messages;
mod problems;
mod roles;
mod support;
