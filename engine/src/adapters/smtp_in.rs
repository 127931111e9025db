//! Takes mail in by SMTP, or by LMTP from a mail server beside it: one conversation at a time on each connection.
//!
//! It takes mail for the addresses that it knows and for nobody else, and says 250 only when a mail is stored for good.
//! Lines end in CRLF and in nothing else: a bare CR or LF inside a mail is refused, so that two servers can never read one
//! stream of bytes as different mails. The envelope decides whom a mail is for; headers do not.

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// Longest line of a command, in bytes.
const LONGEST_COMMAND: usize = 2048;
/// Most recipients of one mail.
const MOST_RECIPIENTS: usize = 100;
/// Largest mail, in bytes.
pub const LARGEST_MAIL: usize = 25 * 1024 * 1024;
/// A mail that passed so many servers goes round in circles.
const MOST_HOPS: usize = 50;
/// Mistakes after which nobody is listened to any more.
const MOST_MISTAKES: usize = 20;
/// How long the other side may say nothing.
const SILENCE: Duration = Duration::from_secs(300);

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// It may be tried again later.
    Later(String),
    /// It never will be.
    Never(String),
}

/// Who takes mail in.
#[async_trait]
pub trait Mailroom: Send + Sync {
    /// Whether mail for this address is taken.
    async fn knows(&self, recipient: &str) -> bool;
    /// Stores a mail for one recipient, for good.
    ///
    /// # Errors
    /// [`NotTaken`]: nothing was stored.
    async fn take(&self, sender: &str, recipient: &str, raw: &[u8]) -> Result<(), NotTaken>;
}

/// How a conversation is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: an answer for each recipient.
    Lmtp,
}

#[derive(Default)]
struct Envelope {
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
}

enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// Whether it ended in CRLF.
    TooLong(bool),
    End,
}

/// Reads a line of at most `most` bytes; of a longer one nothing is kept.
async fn line(reader: &mut (impl AsyncBufRead + Unpin), most: usize) -> std::io::Result<Line> {
    let mut found = Vec::new();
    let (mut too_long, mut before) = (false, 0);
    loop {
        let part = reader.fill_buf().await?;
        if part.is_empty() {
            return Ok(Line::End);
        }
        let (length, ends) = match part.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (part.len(), false),
        };
        let ends_well = length.checked_sub(2).map_or(before, |at| part.get(at).copied().unwrap_or(0)) == b'\r';
        before = part.get(length - 1).copied().unwrap_or(0);
        too_long |= found.len() + length > most;
        if !too_long {
            found.extend(part.iter().take(length));
        }
        reader.consume(length);
        if ends {
            return Ok(if too_long { Line::TooLong(ends_well) } else { Line::Whole(found) });
        }
    }
}

/// The address in `FROM:<…>` or `TO:<…>`; empty for the null sender.
fn path(argument: &str, word: &str) -> Option<String> {
    let rest =
        argument.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)).and(argument.get(word.len()..))?;
    let rest = rest.trim_start().strip_prefix('<')?;
    let (path, parameters) = rest.split_once('>')?;
    // A source route before the address is read and forgotten.
    let address = path.rsplit_once(':').filter(|_| path.starts_with('@')).map_or(path, |(_, address)| address);
    let clean = address.len() <= 320 && !address.chars().any(|c| c.is_control() || c.is_whitespace());
    (clean && parameters.len() <= 500).then(|| address.to_owned())
}

/// What a mail announces as its size.
fn size(argument: &str) -> Option<usize> {
    argument.split_whitespace().find_map(|word| word.to_ascii_uppercase().strip_prefix("SIZE=")?.parse().ok())
}

/// What came after `DATA`.
enum Data {
    Mail(Vec<u8>),
    /// Why it is not taken; it was read to its end.
    Refused(&'static str),
    End,
}

/// Reads a mail to the line that ends it, and takes the dots off that were put before lines.
async fn data(reader: &mut (impl AsyncBufRead + Unpin), largest: usize) -> std::io::Result<Data> {
    let mut mail = Vec::new();
    let mut refused = None;
    // A dot ends it only after a line that ended as lines must.
    let mut after_crlf = true;
    loop {
        let found = match line(reader, largest + 2).await? {
            Line::End => return Ok(Data::End),
            Line::TooLong(ends_well) => {
                refused = Some("552 5.3.4 The mail is too large");
                after_crlf = ends_well;
                continue;
            }
            Line::Whole(found) => found,
        };
        if found == b".\r\n" && after_crlf {
            return Ok(refused.map_or(Data::Mail(mail), Data::Refused));
        }
        let text = found.strip_suffix(b"\r\n");
        after_crlf = text.is_some();
        if text.is_none_or(|text| text.contains(&b'\r')) {
            refused = refused.or(Some("550 5.6.0 A line ends in something else than CRLF"));
            continue;
        }
        if mail.len() + found.len() > largest {
            refused = Some("552 5.3.4 The mail is too large");
            mail.clear();
        }
        if refused.is_none() {
            mail.extend_from_slice(found.strip_prefix(b".").unwrap_or(&found));
        }
    }
}

/// How many servers a mail has passed.
fn hops(mail: &[u8]) -> usize {
    let head_end = mail.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(mail.len());
    let head = mail.get(..head_end).unwrap_or_default();
    head.split(|byte| *byte == b'\n')
        .filter(|line| line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(b"received:")))
        .count()
}

/// Holds one conversation to its end.
///
/// # Errors
/// When the line breaks.
pub async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    name: &str,
    protocol: Protocol,
    largest: usize,
    mailroom: &dyn Mailroom,
) -> std::io::Result<()> {
    let (reading, mut writing) = tokio::io::split(stream);
    let mut reader = BufReader::new(reading);
    let word = if protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
    writing.write_all(format!("220 {name} {word} Remit\r\n").as_bytes()).await?;
    let mut envelope = Envelope::default();
    let mut mistakes = 0;
    loop {
        // Whatever was sent along is answered at once; then the answers leave.
        if reader.buffer().is_empty() {
            writing.flush().await?;
        }
        let Ok(command) = tokio::time::timeout(SILENCE, line(&mut reader, LONGEST_COMMAND)).await else {
            writing.write_all(b"421 4.4.2 Nothing was said for too long\r\n").await?;
            return Ok(());
        };
        let command = match command? {
            Line::End => return Ok(()),
            Line::TooLong(_) => {
                writing.write_all(b"500 5.5.2 The line is too long\r\n").await?;
                mistakes += 1;
                continue;
            }
            Line::Whole(bytes) => {
                String::from_utf8_lossy(bytes.strip_suffix(b"\n").unwrap_or(&bytes)).trim_end().to_owned()
            }
        };
        let (verb, argument) = command.split_once(' ').unwrap_or((&command, ""));
        let answer = match (verb.to_ascii_uppercase().as_str(), protocol) {
            ("EHLO", Protocol::Smtp) | ("LHLO", Protocol::Lmtp) => {
                envelope = Envelope { greeted: true, ..Envelope::default() };
                format!(
                    "250-{name}\r\n250-PIPELINING\r\n250-SIZE {largest}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES"
                )
            }
            ("HELO", Protocol::Smtp) => {
                envelope = Envelope { greeted: true, ..Envelope::default() };
                format!("250 {name}")
            }
            ("MAIL", _) if !envelope.greeted => "503 5.5.1 Say hello first".to_owned(),
            ("MAIL", _) if size(argument).is_some_and(|size| size > largest) => {
                "552 5.3.4 The mail is too large".to_owned()
            }
            ("MAIL", _) => match path(argument, "FROM:") {
                Some(sender) => {
                    envelope = Envelope { greeted: true, sender: Some(sender), recipients: Vec::new() };
                    "250 2.1.0 Go on".to_owned()
                }
                None => "501 5.1.7 This is no sender".to_owned(),
            },
            ("RCPT", _) if envelope.sender.is_none() => "503 5.5.1 Name the sender first".to_owned(),
            ("RCPT", _) if envelope.recipients.len() >= MOST_RECIPIENTS => {
                "452 4.5.3 That are too many recipients".to_owned()
            }
            ("RCPT", _) => match path(argument, "TO:").filter(|address| !address.is_empty()) {
                Some(recipient) if mailroom.knows(&recipient).await => {
                    envelope.recipients.push(recipient);
                    "250 2.1.5 Go on".to_owned()
                }
                Some(_) => "550 5.1.1 There is no such mailbox here".to_owned(),
                None => "501 5.1.3 This is no recipient".to_owned(),
            },
            ("DATA", _) if envelope.recipients.is_empty() => "503 5.5.1 Name a recipient first".to_owned(),
            ("DATA", _) => {
                writing.write_all(b"354 Go on, and end with a dot\r\n").await?;
                writing.flush().await?;
                let Ok(read) = tokio::time::timeout(SILENCE, data(&mut reader, largest)).await else {
                    writing.write_all(b"421 4.4.2 Nothing was said for too long\r\n").await?;
                    return Ok(());
                };
                let taken = match read? {
                    Data::End => return Ok(()),
                    Data::Refused(why) => Err(why.to_owned()),
                    Data::Mail(mail) if hops(&mail) > MOST_HOPS => {
                        Err("554 5.4.6 The mail goes round in circles".to_owned())
                    }
                    Data::Mail(mail) => Ok(mail),
                };
                let done = std::mem::replace(&mut envelope, Envelope { greeted: true, ..Envelope::default() });
                delivered(&done, taken, protocol, mailroom).await
            }
            ("RSET", _) => {
                envelope = Envelope { greeted: envelope.greeted, ..Envelope::default() };
                "250 2.0.0 Forgotten".to_owned()
            }
            ("NOOP", _) => "250 2.0.0 Here".to_owned(),
            ("VRFY", _) => "252 2.5.0 Send it and see".to_owned(),
            ("QUIT", _) => {
                writing.write_all(b"221 2.0.0 Goodbye\r\n").await?;
                writing.flush().await?;
                return Ok(());
            }
            _ => "500 5.5.1 That is not understood".to_owned(),
        };
        mistakes += usize::from(answer.starts_with('5'));
        if mistakes > MOST_MISTAKES {
            writing.write_all(b"421 4.7.0 That were too many mistakes\r\n").await?;
            writing.flush().await?;
            return Ok(());
        }
        writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// Stores a mail for each recipient. By SMTP there is one answer: where one could not be served now, the whole mail comes
/// again, and those who have it already do not get it twice.
async fn delivered(
    envelope: &Envelope,
    taken: Result<Vec<u8>, String>,
    protocol: Protocol,
    mailroom: &dyn Mailroom,
) -> String {
    let sender = envelope.sender.as_deref().unwrap_or_default();
    let mut answers = Vec::new();
    for recipient in &envelope.recipients {
        answers.push(match &taken {
            Err(why) => why.clone(),
            Ok(mail) => match mailroom.take(sender, recipient, mail).await {
                Ok(()) => "250 2.0.0 It is stored".to_owned(),
                Err(NotTaken::Later(why)) => format!("451 4.3.0 {why}"),
                Err(NotTaken::Never(why)) => format!("554 5.3.0 {why}"),
            },
        });
    }
    if protocol == Protocol::Lmtp {
        return answers.join("\r\n");
    }
    let worst = |begin: &str| answers.iter().find(|answer| answer.starts_with(begin)).cloned();
    let refused = answers.iter().all(|answer| answer.starts_with('5'));
    worst("4").or_else(|| if refused { answers.first().cloned() } else { worst("2") }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Room {
        taken: Mutex<Vec<(String, String, Vec<u8>)>>,
        full: bool,
    }

    #[async_trait]
    impl Mailroom for Room {
        async fn knows(&self, recipient: &str) -> bool {
            recipient.ends_with("@us.example")
        }

        async fn take(&self, sender: &str, recipient: &str, raw: &[u8]) -> Result<(), NotTaken> {
            if self.full && recipient.starts_with("b@") {
                return Err(NotTaken::Later("no room".to_owned()));
            }
            self.taken.lock().unwrap().push((sender.to_owned(), recipient.to_owned(), raw.to_vec()));
            Ok(())
        }
    }

    /// Says all of it at once, as a client that pipelines, and gives the codes of the answers.
    async fn say(room: &Room, protocol: Protocol, said: &str) -> Vec<String> {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (mut reading, mut writing) = tokio::io::split(ours);
        writing.write_all(said.as_bytes()).await.unwrap();
        writing.shutdown().await.unwrap();
        let server = converse(theirs, "mx.us.example", protocol, 1000, room);
        let client = async {
            let mut text = String::new();
            tokio::io::AsyncReadExt::read_to_string(&mut reading, &mut text).await.unwrap();
            text
        };
        let (served, text) = tokio::join!(server, client);
        served.unwrap();
        text.lines().filter(|line| line.get(3..4) == Some(" ")).map(|line| line[..3].to_owned()).collect()
    }

    const BEGIN: &str = "EHLO c\r\nMAIL FROM:<a@c.example> SIZE=20\r\nRCPT TO:<b@us.example>\r\n";

    #[tokio::test]
    async fn a_mail_is_taken_as_it_was_sent() {
        let room = Room::default();
        let said = format!(
            "{BEGIN}RCPT TO:<c@us.example>\r\nRCPT TO:<c@elsewhere.example>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n"
        );
        assert_eq!(
            say(&room, Protocol::Smtp, &said).await,
            ["220", "250", "250", "250", "250", "550", "354", "250", "221"]
        );
        let taken = room.taken.lock().unwrap().clone();
        assert_eq!(taken.len(), 2, "for each recipient that is known");
        assert_eq!((taken[0].0.as_str(), taken[0].1.as_str()), ("a@c.example", "b@us.example"));
        assert_eq!(taken[0].2, b"Subject: x\r\n\r\n.dot\r\n");
    }

    #[tokio::test]
    async fn case_070_nothing_but_crlf_dot_crlf_ends_a_mail() {
        for smuggled in ["a\n.\nMAIL FROM:<x@y>", "a\r.\rMAIL", "a\n.\r\nMAIL", "a\r\n.\nMAIL", "a\rb"] {
            let room = Room::default();
            let said = format!("{BEGIN}DATA\r\nSubject: x\r\n\r\n{smuggled}\r\n.\r\nNOOP\r\nQUIT\r\n");
            let codes = say(&room, Protocol::Smtp, &said).await;
            assert_eq!(codes, ["220", "250", "250", "250", "354", "550", "250", "221"], "{smuggled:?}");
            assert!(room.taken.lock().unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn what_is_too_much_or_out_of_turn_is_refused_and_the_talk_goes_on() {
        let room = Room::default();
        let large = "x".repeat(600);
        let loops = "Received: from a by b\r\n".repeat(40);
        for (said, codes) in [
            (
                "MAIL FROM:<a@b>\r\nRCPT TO:<b@us.example>\r\nDATA\r\nFOO\r\n".to_owned(),
                vec!["503", "503", "503", "500"],
            ),
            (
                "EHLO c\r\nMAIL FROM:<a@b> SIZE=5000\r\nMAIL FROM:a@b\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\n".to_owned(),
                vec!["250", "552", "501", "250", "501"],
            ),
            (
                format!("{BEGIN}DATA\r\n{large}\r\n{large}\r\n.\r\nNOOP\r\n"),
                vec!["250", "250", "250", "354", "552", "250"],
            ),
            (format!("{BEGIN}DATA\r\n{loops}\r\n.\r\n"), vec!["250", "250", "250", "354", "250"]),
            (format!("NOOP {}\r\nNOOP\r\n", "x".repeat(3000)), vec!["500", "250"]),
            (format!("{BEGIN}DATA\r\nhalf a mail"), vec!["250", "250", "250", "354"]),
        ] {
            let found = say(&room, Protocol::Smtp, &said).await;
            assert_eq!(found[1..], codes, "{said:.80}");
        }
        let mistakes = say(&room, Protocol::Smtp, &"FOO\r\n".repeat(40)).await;
        assert_eq!(mistakes.last().map(String::as_str), Some("421"));
        assert_eq!(hops(format!("{}\r\nReceived: x\r\n", "Received: a\r\n\tb\r\n".repeat(51)).as_bytes()), 51);
    }

    #[tokio::test]
    async fn by_lmtp_each_recipient_has_an_answer_and_by_smtp_the_worst_that_can_be_cured() {
        let room = Room { full: true, ..Room::default() };
        let rest = "MAIL FROM:<>\r\nRCPT TO:<b@us.example>\r\nRCPT TO:<c@us.example>\r\nDATA\r\nx\r\n.\r\n";
        let codes = say(&room, Protocol::Lmtp, &format!("EHLO c\r\nLHLO c\r\n{rest}")).await;
        assert_eq!(codes, ["220", "500", "250", "250", "250", "250", "354", "451", "250"]);
        let codes = say(&room, Protocol::Smtp, &format!("EHLO c\r\n{rest}")).await;
        assert_eq!(codes.last().map(String::as_str), Some("451"), "it comes again, and is stored once");
    }
}
