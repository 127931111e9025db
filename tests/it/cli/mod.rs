//! The real binary, from outside: exit codes, what is printed, how it starts and stops.

mod assurance;
mod audit;
mod check;
mod ingest;
mod jobs;
mod llm;
mod mcp;
mod policies;
mod reading;
mod serve;
mod setup;
mod traffic;
mod workers;

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

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

/// Answers mail at once.
const EAGER: &str = "\
remit 1
policy eager \"Answers everything\"
timezone \"UTC\"
autonomy full
undo 0s
team inbox
agent ada on email
intent other { reply send draft template answer }
route { otherwise: to team inbox }
";

/// The binary beside a policy that answers every mail at once, `eager.remit`, and a mail, `mail.eml`.
pub(crate) fn eager() -> Remit {
    let remit = remit();
    remit.write("eager.remit", EAGER);
    remit.write("templates/answer.jinja", "Thank you.");
    remit.write("mail.eml", QUESTION);
    remit
}

/// A mail server that takes connections, reads, and says nothing: its address, and what tells of each connection.
pub(crate) fn silent_smtp() -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("smtp://{}", listener.local_addr().unwrap());
    let (called, calls) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // Nobody may listen any more; the server goes on being silent.
            let _ = called.send(());
            std::thread::spawn(move || {
                let (mut stream, mut bytes) = (stream, [0; 1024]);
                while stream.read(&mut bytes).is_ok_and(|read| read > 0) {}
            });
        }
    });
    (address, calls)
}
