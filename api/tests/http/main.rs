//! The API from outside: requests in, answers out, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails, loudly and where it happened"
)]

mod access;
mod agents;
mod approvals;
mod asked;
mod attachments;
mod begin;
mod breaking;
mod certificates;
mod channels;
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
mod join;
mod lists;
mod matrix;
mod me;
mod media;
mod messages;
mod networks;
mod office;
mod oidc;
mod once;
mod own;
mod past_breaks;
mod policies;
mod problems;
mod propose;
mod providers;
mod providers_mail;
mod roles;
mod schema_names;
mod scopes;
mod search;
mod support;
mod told;
mod unsubscribe;
mod webhooks;
