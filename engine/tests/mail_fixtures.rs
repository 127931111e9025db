//! Measures mail reading against the shared fixtures, when present. Every rate is printed; the floors are what was
//! reached, so that a change for the worse shows.

#![expect(clippy::unwrap_used, reason = "a set-up that fails should fail its test")]

use std::fs;
use std::path::{Path, PathBuf};

use remit_engine::mail::{Mail, MailKind, base_subject, read, visible_text};
use serde_json::Value;

fn fixtures() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../../shared/fixtures", "../../../shared/fixtures"]
        .iter()
        .map(|path| here.join(path))
        .find(|path| path.is_dir());
    if folder.is_none() {
        skipped("the shared fixtures are not here; mail reading was not measured");
    }
    folder
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn file(root: &Path, record: &Value) -> (String, Vec<u8>) {
    let name = record["file"].as_str().unwrap().to_owned();
    let bytes = fs::read(root.join(&name)).unwrap();
    (name, bytes)
}

/// Counts hits of one measure and names the misses.
#[derive(Debug, Default)]
struct Rate {
    name: &'static str,
    hits: usize,
    all: usize,
    misses: Vec<String>,
}

impl Rate {
    fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    fn count(&mut self, hit: bool, miss: impl FnOnce() -> String) {
        self.all += 1;
        if hit {
            self.hits += 1;
        } else {
            self.misses.push(miss());
        }
    }

    fn percent(&self) -> f64 {
        100.0 * self.hits as f64 / self.all.max(1) as f64
    }

    fn print(&self) {
        println!("{:<28} {:>4} of {:>4}  {:.1} %", self.name, self.hits, self.all, self.percent());
        for miss in &self.misses {
            println!("    missed {miss}");
        }
    }

    fn require(&self, floor: f64) {
        assert!(self.percent() >= floor, "{}: {:.1} % is below {floor} %", self.name, self.percent());
    }
}

fn require(rates: &[(&Rate, f64)]) {
    for (rate, _) in rates {
        rate.print();
    }
    for (rate, floor) in rates {
        rate.require(*floor);
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect()
}

#[test]
fn bounces_are_recognised_and_attributed() {
    let Some(root) = fixtures() else { return };
    let mut recognised = Rate::new("bounce recognised");
    let mut counted = Rate::new("bounce recipients counted");
    let mut hardness = Rate::new("bounce hard or soft");
    let mut statuses = Rate::new("bounce real status");
    let mut named = Rate::new("bounce address named");
    let mut spared = Rate::new("not a bounce");
    for record in lines(&root.join("email/bounce/expected.jsonl")) {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        let expect = &record["expect"];
        match expect["is_bounce"].as_bool().or(expect["is_dsn"].as_bool()) {
            Some(true) => {
                recognised.count(mail.kind == MailKind::Bounce, || format!("{name}: {:?}, {}", mail.kind, mail.subject))
            }
            Some(false) => spared.count(mail.kind != MailKind::Bounce, || name.clone()),
            None => continue,
        }
        let recipients: Vec<&String> = mail.bounce.iter().map(|entry| &entry.recipient).collect();
        for address in ["permanent", "temporary"]
            .iter()
            .flat_map(|list| expect[list].as_array())
            .flatten()
            .filter_map(Value::as_str)
        {
            let found = recipients.iter().any(|have| have.eq_ignore_ascii_case(address));
            named.count(found, || format!("{name}: {address} in {recipients:?}"));
        }
        let Some(entries) = expect["entries"].as_array().filter(|_| mail.kind == MailKind::Bounce) else { continue };
        counted.count(mail.bounce.len() == entries.len(), || {
            format!("{name}: {} expected, {recipients:?}", entries.len())
        });
        if mail.bounce.len() != entries.len() {
            continue;
        }
        for (want, have) in entries.iter().zip(&mail.bounce) {
            let right = want["hard"].as_bool() == Some(have.hard);
            hardness.count(right, || format!("{name}: want hard={} ({}) have {have:?}", want["hard"], want["reason"]));
            let status = want["status"].as_str().filter(|status| !status.is_empty());
            if let Some(status) = status
                .filter(|status| want["status_is_sisimai_pseudo"].as_bool() != Some(true) && !status.contains(".0.9"))
            {
                statuses.count(have.status.as_deref() == Some(status), || {
                    format!("{name}: want {status} have {:?}", have.status)
                });
            }
        }
    }
    require(&[
        (&recognised, 98.5),
        (&counted, 99.0),
        (&hardness, 95.0),
        (&statuses, 97.0),
        (&named, 95.0),
        (&spared, 100.0),
    ]);
}

#[test]
fn complaints_and_automatic_answers_are_told_from_people() {
    let Some(root) = fixtures() else { return };
    let mut complaints = Rate::new("complaint recognised");
    let mut replies = Rate::new("auto-reply recognised");
    let mut people = Rate::new("a person's mail");
    for record in lines(&root.join("email/complaint/expected.jsonl")) {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        let kind = record["expect"]["entries"][0]["feedback_type"].as_str();
        let right =
            mail.complaint.as_ref().is_some_and(|complaint| kind.is_none_or(|kind| complaint.feedback_type == kind));
        complaints.count(right, || format!("{name}: {:?} {:?}", mail.kind, mail.complaint));
    }
    for record in lines(&root.join("email/autoreply/expected.jsonl")) {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        replies.count(mail.kind == MailKind::AutoReply, || format!("{name}: {:?} {}", mail.kind, mail.subject));
    }
    let mut negatives = lines(&root.join("email/negatives.jsonl"));
    let answers = lines(&root.join("email/reply/expected.jsonl")).into_iter();
    negatives.extend(answers.filter(|record| record["file"].as_str().is_some_and(|file| file.ends_with(".eml"))));
    for record in negatives {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        people.count(mail.kind == MailKind::Message, || format!("{name}: {:?} {}", mail.kind, mail.subject));
    }
    require(&[(&complaints, 100.0), (&replies, 100.0), (&people, 100.0)]);
}

fn shown(name: &str, bytes: &[u8]) -> String {
    if name.ends_with(".eml") {
        read(bytes).visible_text
    } else if name.ends_with(".html") {
        let mut mail = b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".to_vec();
        mail.extend_from_slice(bytes);
        read(&mail).visible_text
    } else {
        visible_text(&String::from_utf8_lossy(bytes))
    }
}

/// True when `have` is what the author wrote. Libraries differ on signatures, so a cut or kept one is forgiven.
fn visible_is_right(expect: &Value, have: &str, whole: &str) -> bool {
    let have_squeezed = squeeze(have);
    let text = |key: &str| expect[key].as_str();
    if let Some(want) = text("visible").or(text("first_fragment")) {
        let want = squeeze(want);
        let without_signature = squeeze(want.split(" -- ").next().unwrap_or_default());
        let inline = expect["first_fragment"].is_string() && have_squeezed.starts_with(&want) && have.contains('>');
        return have_squeezed == want || have_squeezed == without_signature || inline;
    }
    if let Some(want) = text("visible_no_whitespace") {
        return dense(have) == want;
    }
    if let (Some(contains), Some(lacks)) = (text("visible_contains"), text("visible_lacks")) {
        return have_squeezed.contains(&squeeze(contains)) && !have_squeezed.contains(&squeeze(lacks));
    }
    if let Some(patterns) = expect["first_fragment_matches"].as_array() {
        return patterns
            .iter()
            .filter_map(Value::as_str)
            .all(|pattern| regex::Regex::new(pattern).is_ok_and(|p| p.is_match(have)));
    }
    expect["nothing_hidden"].as_bool() != Some(true) || have_squeezed == squeeze(whole)
}

#[test]
fn the_visible_reply_is_what_the_person_wrote() {
    let Some(root) = fixtures() else { return };
    let mut exact = Rate::new("visible reply exact");
    for record in lines(&root.join("email/reply/expected.jsonl")) {
        if record["kind"] == "signature" {
            continue;
        }
        let (name, bytes) = file(&root, &record);
        let started = std::time::Instant::now();
        let have = shown(&name, &bytes);
        assert!(started.elapsed().as_secs() < 2, "{name} took {:?}", started.elapsed());
        let right = visible_is_right(&record["expect"], &have, &String::from_utf8_lossy(&bytes));
        let want = || record["expect"].to_string().chars().take(700).collect::<String>();
        exact.count(right, || format!("{name}\n--- have\n{have}\n--- want {}", want()));
    }
    require(&[(&exact, 98.0)]);
}

fn every_mail(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            every_mail(&path, found);
        } else if path.extension().is_none_or(|ext| ext != "jsonl" && ext != "json") {
            found.push(path);
        }
    }
}

#[test]
fn every_fixture_is_read() {
    let Some(root) = fixtures() else { return };
    let mut paths = Vec::new();
    every_mail(&root.join("email"), &mut paths);
    // The first mail pays for compiling the patterns.
    let _ = read(b"Subject: warm-up\n\nOn 1 May 2020, at 10:00, Bob <b@x.example> wrote:\n> Hi");
    let mut bytes_read = 0;
    let mut elapsed = std::time::Duration::ZERO;
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        let started = std::time::Instant::now();
        let mail = read(&bytes);
        elapsed += started.elapsed();
        bytes_read += bytes.len();
        assert!(!mail.warnings.iter().any(|warning| warning == "parser_panicked"), "{path:?}");
        assert!(
            mail.text.trim().is_empty() || !mail.visible_text.trim().is_empty(),
            "{path:?}: text but nothing visible"
        );
        assert!(!mail.text.contains('\0'), "{path:?}");
        let again: Mail = serde_json::from_str(&serde_json::to_string(&mail).unwrap()).unwrap();
        assert_eq!(again, mail, "{path:?}");
    }
    let mails = paths.len() as u128;
    println!("{mails} mails, {bytes_read} bytes, {} ns a mail", elapsed.as_nanos() / mails);
}

#[test]
fn parsed_fields_agree_with_other_parsers() {
    let Some(root) = fixtures() else { return };
    let mut subjects = Rate::new("subject as CPython");
    let mut senders = Rate::new("sender as CPython");
    let mut ids = Rate::new("message id as CPython");
    for record in lines(&root.join("email/oracle.jsonl")) {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        let value = &record["value"];
        if let Some(subject) = value["subject"].as_str() {
            subjects.count(squeeze(&mail.subject) == squeeze(subject), || {
                format!("{name}: {:?} for {subject:?}", mail.subject)
            });
        }
        if let Some(from) = value["from"].as_str().filter(|from| from.contains('@')) {
            let have = mail.from.clone().unwrap_or_default();
            senders.count(!have.is_empty() && from.contains(&have), || format!("{name}: {have:?} for {from:?}"));
        }
        if let Some(id) = value["message-id"].as_str().filter(|id| id.contains('@')) {
            let have = mail.message_id.clone().unwrap_or_default();
            ids.count(dense(id).contains(&have) && !have.is_empty(), || format!("{name}: {have:?} for {id:?}"));
        }
    }
    let mut leaves = Rate::new("leaf text as mime4j");
    for record in lines(&root.join("email/parse/expected.jsonl")) {
        let (name, bytes) = file(&root, &record);
        let mail = read(&bytes);
        if let Some(subject) = record["expect"]["subject"].as_str() {
            assert_eq!(mail.subject, subject, "{name}");
        }
        let first = record["expect"]["leaf_parts"].as_array().and_then(|parts| parts.first());
        if let Some(text) = first.and_then(|part| part["text"].as_str()).filter(|text| text.len() > 1) {
            let (have, want) = (dense(&mail.text), dense(text));
            let right = have.contains(&want) || !have.is_empty() && want.contains(&have);
            leaves
                .count(right, || format!("{name}: {:?} for {text:?}", mail.text.chars().take(200).collect::<String>()));
        }
    }
    require(&[(&subjects, 99.0), (&senders, 99.0), (&ids, 100.0), (&leaves, 90.0)]);
}

#[test]
fn base_subjects_agree_with_rfc_5256() {
    let Some(root) = fixtures() else { return };
    let path = root.join("email/thread/base-subject.json");
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for case in cases {
        assert_eq!(base_subject(case["subject"].as_str().unwrap()), squeeze(case["base"].as_str().unwrap()), "{case}");
    }
}

/// Wraps a text as a mail that a person sends.
fn as_mail(text: &str) -> Vec<u8> {
    let mut mail = b"From: Ann <ann@customer.example>\r\nTo: support@shop.example\r\nSubject: A question\r\nMessage-ID: <1@customer.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".to_vec();
    mail.extend_from_slice(text.as_bytes());
    mail
}

#[test]
fn texts_that_people_wrote_stay_whole() {
    let Some(root) = fixtures() else { return };
    let datasets = root.join("../datasets");
    if !datasets.is_dir() {
        skipped("the shared data sets are not here; false alarms on people's texts were not measured");
        return;
    }
    let mut kinds = Rate::new("people's texts are messages");
    let mut whole = Rate::new("people's texts stay whole");
    let files = [
        "banking77/valid.jsonl",
        "bitext27/train.jsonl",
        "clinc150/valid.jsonl",
        "replies/examples.jsonl",
        "replies/oos_valid.jsonl",
        "injection/llmail_benign_dev.jsonl",
        "injection/inbound_dev.jsonl",
    ];
    for name in files {
        let path = datasets.join(name);
        if !path.is_file() {
            skipped(name);
            continue;
        }
        for record in lines(&path) {
            let Some(text) = record["text"].as_str() else { continue };
            let mail = read(&as_mail(text));
            kinds.count(mail.kind == MailKind::Message, || format!("{name}: {:?} {text}", mail.kind));
            whole.count(squeeze(&mail.visible_text) == squeeze(text), || {
                format!("{name}: {:?} of {text:?}", mail.visible_text)
            });
        }
    }
    let mut machine = Rate::new("machine mail, by class");
    for record in lines(&datasets.join("machine_mail/mails_dev.jsonl")) {
        let raw: Vec<u8> = record["raw_latin1"].as_str().unwrap().chars().map(|c| c as u32 as u8).collect();
        let mail = read(&raw);
        let class = record["class"].as_str().unwrap();
        let want = match class {
            "bounce" => MailKind::Bounce,
            "feedback_report" => MailKind::Complaint,
            "human" => MailKind::Message,
            _ => MailKind::AutoReply,
        };
        machine.count(mail.kind == want, || {
            format!("{}: {class}, read as {:?}: {}", record["name"], mail.kind, mail.subject)
        });
    }
    require(&[(&kinds, 99.9), (&whole, 100.0), (&machine, 98.0)]);
}

/// Past the capture of the test runner, in one piece: `tests/run` counts these lines.
fn skipped(why: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
