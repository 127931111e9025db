//! The real binary, from outside: exit codes, what is printed, how it starts and stops.

mod assurance;
mod audit;
mod check;
mod ingest;
mod policies;
mod reading;
mod serve;
mod setup;
mod workers;

use remit_tests::process::Remit;

/// The binary in a folder of its own.
pub(crate) fn remit() -> Remit {
    Remit::at(crate::mails::REMIT)
}

/// Our own mails. `broken.eml` breaks every rule it can and still has a sender; `garbage.eml` is no mail at all.
pub(crate) const QUESTION: &[u8] = include_bytes!("mails/question.eml");
pub(crate) const THANKS: &[u8] = include_bytes!("mails/thanks.eml");
pub(crate) const BROKEN: &[u8] = include_bytes!("mails/broken.eml");
pub(crate) const GARBAGE: &[u8] = include_bytes!("mails/garbage.eml");

/// A policy with three mistakes, each a slip of the pen.
pub(crate) const THREE_MISTAKES: &str = "\
remit 1
policy three

guard one: aproval when contact.new
intent question {
  reply send frm 0.80
  draft template thanks
}
guard two: off wen message.attachment
";
