//! What the engine's ports are made of in production: files on disk and SMTP.

mod mailbox;
mod outbox;
mod router;
mod smtp;

pub use mailbox::MailDrop;
pub use outbox::Outbox;
pub use router::OutboundRouter;
pub use smtp::{SmtpConfigError, SmtpOutbound};
