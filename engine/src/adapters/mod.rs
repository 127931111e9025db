//! What the engine's ports are made of in production: files on disk, SMTP and the APIs of providers.

mod dress;
pub mod imap;
mod mailbox;
mod outbox;
mod provider;
mod router;
mod smtp;
pub mod smtp_in;

pub use dress::Dress;
pub use mailbox::MailDrop;
pub use outbox::Outbox;
pub use provider::{Providers, account};
pub use router::OutboundRouter;
pub use smtp::{SmtpConfigError, SmtpOutbound};
