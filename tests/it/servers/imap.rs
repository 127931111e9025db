//! A mailbox of dovecot is read: nothing twice, nothing lost, whatever stops in between.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use remit_engine::accounts::Connection;
use remit_engine::adapters::Providers;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::egress::Egress;
use remit_engine::mailboxes;
use remit_engine::ports::Clock;
use remit_engine::store::read;
use remit_engine::store::rows::{ChannelRow, MailboxRow};
use remit_tests::{TestApp, each_database};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Server, free_port, installed, until};
use crate::flow::POLICY;

/// Dovecot with one mailbox for whoever knows the password `secret`.
struct Dovecot {
    folder: tempfile::TempDir,
    program: PathBuf,
    plain: u16,
    secure: u16,
    running: Option<Server>,
}

impl Dovecot {
    fn new(program: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        for box_ in ["mail", "mail/.Done"] {
            for part in ["new", "cur", "tmp"] {
                std::fs::create_dir_all(path.join(box_).join(part)).unwrap();
            }
        }
        // No authority itself: those sign others, and are not taken for a server.
        let request = "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=localhost\n\
            [ext]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n";
        std::fs::write(path.join("request.cnf"), request).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", "request.cnf"])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(path)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let dovecot = Self { folder, program, plain: free_port(), secure: free_port(), running: None };
        // Who runs the tests may be root, who owns everything, or somebody who owns the folder only.
        let root = rustix::process::geteuid().is_root();
        let (user, group) = if root {
            ("nobody".to_owned(), "nogroup".to_owned())
        } else {
            let name = |flag| String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap();
            (name("-un").trim().to_owned(), name("-gn").trim().to_owned())
        };
        let path = dovecot.folder.path().display().to_string();
        let config = format!(
            "base_dir = {path}/run\nstate_dir = {path}/run\nlog_path = {path}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
             auth_mechanisms = plain login xoauth2\nssl = yes\nssl_cert = <{path}/cert.pem\nssl_key = <{path}/key.pem\ndisable_plaintext_auth = no\n\
             default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n\
             first_valid_uid = 1\nmail_location = maildir:{path}/mail\n\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid={user} gid={group} home={path}\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {}\n }}\n inet_listener imaps {{\n port = {}\n \
             ssl = yes\n }}\n}}\nservice anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n",
            dovecot.plain, dovecot.secure
        );
        std::fs::write(dovecot.folder.path().join("dovecot.conf"), config).unwrap();
        dovecot.own();
        dovecot
    }

    /// The mail belongs to whom dovecot becomes.
    fn own(&self) {
        if rustix::process::geteuid().is_root() {
            let done = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(self.mail()).status().unwrap();
            assert!(done.success());
        }
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    fn start(&mut self) {
        let config = self.folder.path().join("dovecot.conf");
        let arguments = ["-F", "-c", config.to_str().unwrap()];
        self.running = Some(Server::start(&self.program, &arguments, &self.folder.path().join("out"), self.plain));
    }

    fn stop(&mut self) {
        self.running = None;
    }

    /// A mail arrives: written aside, then moved into the box, as deliveries do.
    fn deliver(&self, name: &str, text: &str, at: Option<SystemTime>) {
        let aside = self.mail().join("tmp").join(name);
        let mail = format!(
            "From: Ann <ann@customer.example>\r\nTo: support@acme.example\r\nSubject: {name}\r\n\
             Message-ID: <{name}@customer.example>\r\nDate: Tue, 03 Mar 2026 09:00:00 +0000\r\n\r\n{text}\r\n"
        );
        std::fs::write(&aside, mail).unwrap();
        if let Some(at) = at {
            std::fs::File::options().write(true).open(&aside).unwrap().set_modified(at).unwrap();
        }
        self.own();
        std::fs::rename(&aside, self.mail().join("new").join(name)).unwrap();
    }

    /// The folder is numbered anew, as after a move to another server.
    fn renumber(&self) {
        for file in std::fs::read_dir(self.mail()).unwrap() {
            let file = file.unwrap();
            if file.file_name().to_string_lossy().starts_with("dovecot") {
                std::fs::remove_file(file.path()).unwrap();
            }
        }
    }

    /// A mail with this subject is in the other folder, where the server gives it a name of its own.
    fn moved(&self, subject: &str) -> bool {
        let files = ["new", "cur"].map(|part| std::fs::read_dir(self.mail().join(".Done").join(part)).unwrap());
        let mut texts = files.into_iter().flatten().map(|file| std::fs::read_to_string(file.unwrap().path()));
        texts.any(|text| text.is_ok_and(|text| text.contains(&format!("Subject: {subject}"))))
    }

    fn holds(&self, folder: &str, name: &str) -> Option<String> {
        let files = std::fs::read_dir(self.mail().join(folder)).unwrap();
        let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
        names.into_iter().find(|file| file.starts_with(name))
    }
}

/// A channel that reads the mailbox.
struct Read<'a> {
    app: &'a TestApp,
    providers: Providers,
    reading: Option<(CancellationToken, JoinHandle<()>)>,
}

impl<'a> Read<'a> {
    fn of(app: &'a TestApp) -> Self {
        let allowed = ["127.0.0.1".parse().unwrap(), "localhost".parse().unwrap()].to_vec();
        let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
        Self { app, providers: Providers::new(&[7; 32], Egress::new(allowed), clock), reading: None }
    }

    async fn channel(&self) -> ChannelRow {
        self.app.channel(ChannelKind::Email).await
    }

    async fn connect(&self, settings: &[(&str, String)], password: &str) {
        self.connect_with(settings, &[("password", password)]).await;
    }

    async fn connect_with(&self, settings: &[(&str, String)], secrets: &[(&str, &str)]) {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let wish = Connection { provider: Some("imap".to_owned()), settings, secrets };
        self.app.engine.connect(&self.channel().await, self.providers.vault(), &wish).await.unwrap();
    }

    /// Tries to sign in.
    async fn test(&self) -> Result<(), String> {
        self.app.engine.test_channel(&self.channel().await, &self.providers).await.unwrap().unwrap()
    }

    fn start(&mut self) {
        let stop = CancellationToken::new();
        let engine = self.app.engine.clone();
        let work = mailboxes::read_all(engine, self.providers.clone(), DEFAULT_WORKSPACE.to_owned(), stop.clone());
        self.reading = Some((stop, tokio::spawn(work)));
    }

    async fn stop(&mut self) {
        if let Some((stop, reading)) = self.reading.take() {
            stop.cancel();
            reading.await.unwrap();
        }
    }

    async fn row(&self) -> Option<MailboxRow> {
        let channel = self.channel().await;
        let mut reader = self.app.engine.db().read().await.unwrap();
        read::mailbox(&mut reader.conn(), &channel.workspace_id, &channel.id).await.unwrap()
    }

    /// The subjects of what came in, in order.
    async fn subjects(&self) -> Vec<String> {
        let mut reader = self.app.engine.db().read().await.unwrap();
        let ws = DEFAULT_WORKSPACE;
        let contact = read::contact_of_address(&mut reader.conn(), ws, "email", "ann@customer.example").await.unwrap();
        let Some((contact,)) = contact else { return Vec::new() };
        let all = read::conversations_of_contact(&mut reader.conn(), ws, &contact, 100).await.unwrap();
        let mut subjects = Vec::new();
        for conversation in all {
            let messages = read::messages(&mut reader.conn(), ws, &conversation.id, i64::MAX, 100).await.unwrap();
            let inbound = messages.into_iter().filter(|message| message.direction == "inbound");
            subjects.extend(inbound.map(|message| message.subject.unwrap_or_default()));
        }
        subjects.sort();
        subjects
    }

    async fn until(&self, wanted: &[&str]) {
        until(&format!("{wanted:?} came in"), async || self.subjects().await == wanted).await;
    }

    async fn health(&self) -> remit_engine::channels::health::Check {
        let all = self.app.engine.channel_health(&self.channel().await, self.providers.vault()).await.unwrap();
        all.into_iter().find(|check| check.check == "mailbox").expect("the mailbox is looked at")
    }
}

/// Gives a token for the refresh token `good` and for no other.
async fn issuer() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !String::from_utf8_lossy(&asked).contains("client_id=remit") {
                let mut more = [0; 4096];
                let count = line.read(&mut more).await.unwrap();
                assert!(count > 0, "{}", String::from_utf8_lossy(&asked));
                asked.extend_from_slice(&more[..count]);
            }
            let (status, body) = if String::from_utf8_lossy(&asked).contains("refresh_token=good&") {
                ("200 OK", r#"{"access_token":"secret","expires_in":3600}"#)
            } else {
                ("400 Bad Request", r#"{"error":"invalid_grant"}"#)
            };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            line.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

fn der(cert: &Path) -> String {
    let pem = std::fs::read_to_string(cert).unwrap();
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

each_database!(a_mailbox_is_read_once_whatever_stops_in_between, |database| {
    let Some(program) = installed("a_mailbox_is_read_once_whatever_stops_in_between", "dovecot") else { return };
    let mut dovecot = Dovecot::new(program);
    let app = TestApp::new(&database, POLICY).await;
    let mut reads = Read::of(&app);
    let plain = vec![
        ("host", "127.0.0.1".to_owned()),
        ("port", dovecot.plain.to_string()),
        ("tls", "none".to_owned()),
        ("user", "support".to_owned()),
    ];

    // What was there before the channel was connected is left alone: nobody wants a year of old mail answered.
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    dovecot.deliver("old", "From last year", Some(old));
    dovecot.start();
    reads.connect(&plain, "secret").await;
    reads.start();
    until("the mailbox was read", async || reads.row().await.is_some_and(|row| row.worked_at.is_some())).await;
    assert_eq!(reads.health().await.ok, Some(true));
    assert!(reads.subjects().await.is_empty());

    // The server says that something came.
    dovecot.deliver("m1", "One", None);
    reads.until(&["m1"]).await;
    assert!(dovecot.holds("cur", "m1").is_none_or(|name| !name.contains('S')), "reading marks nothing as seen");

    // While nobody reads, mail waits; and nothing comes twice.
    reads.stop().await;
    dovecot.deliver("m2", "Two", None);
    reads.start();
    reads.until(&["m1", "m2"]).await;

    // The server goes away and comes back.
    dovecot.stop();
    until("it is told", async || reads.health().await.ok == Some(false)).await;
    dovecot.deliver("m3", "Three", None);
    dovecot.start();
    reads.until(&["m1", "m2", "m3"]).await;

    // The folder is numbered anew: everything since is read again, and stored once. What is older stays alone.
    reads.stop().await;
    dovecot.stop();
    let before = reads.row().await.unwrap();
    dovecot.renumber();
    dovecot.deliver("m4", "Four", None);
    dovecot.start();
    reads.start();
    reads.until(&["m1", "m2", "m3", "m4"]).await;
    until("the place is new", async || {
        reads.row().await.is_some_and(|row| row.uid_validity != before.uid_validity && row.last_uid > 0)
    })
    .await;

    // A place that fell behind (a crash before it was kept) makes nothing come twice.
    reads.stop().await;
    let place = reads.row().await.unwrap();
    let back = remit_engine::store::ChannelWrite::MailboxPlace {
        channel_id: place.channel_id.clone(),
        place: "elsewhere".to_owned(),
        uid_validity: 1,
        last_uid: 0,
        since: place.since,
    };
    let again = remit_engine::store::ChannelWrite::MailboxPlace {
        channel_id: place.channel_id.clone(),
        place: place.place.clone(),
        uid_validity: place.uid_validity,
        last_uid: 0,
        since: place.since,
    };
    let writes = [back, again].into_iter().map(remit_engine::store::Write::Channels).collect();
    app.engine.commit_writes(DEFAULT_WORKSPACE, writes).await.unwrap();

    // What was taken is moved, where the channel says so; over a line that is secured by our own authority.
    let mut secure = vec![
        ("host", "localhost".to_owned()),
        ("port", dovecot.secure.to_string()),
        ("tls", "implicit".to_owned()),
        ("tls_root", der(&dovecot.folder.path().join("cert.pem"))),
        ("after", "move:Done".to_owned()),
    ];
    reads.connect(&secure, "secret").await;
    dovecot.deliver("m5", "Five", None);
    reads.start();
    reads.until(&["m1", "m2", "m3", "m4", "m5"]).await;
    until("it is moved", async || dovecot.moved("m5") && dovecot.holds("cur", "m5").is_none()).await;
    reads.stop().await;

    // Without our own authority nothing secret is said; by STARTTLS it works as well.
    secure[3].1 = String::new();
    reads.connect(&secure, "secret").await;
    let tried = app.engine.test_channel(&reads.channel().await, &reads.providers).await.unwrap().unwrap();
    assert!(tried.is_err_and(|why| why.contains("secure")), "a certificate that nobody knows");
    let root = der(&dovecot.folder.path().join("cert.pem"));
    let start = [("port", dovecot.plain.to_string()), ("tls", "starttls".to_owned()), ("tls_root", root)];
    reads.connect(&start, "secret").await;
    let tried = app.engine.test_channel(&reads.channel().await, &reads.providers).await.unwrap().unwrap();
    assert_eq!(tried, Ok(()));

    // A token signs in as well, also one that must be asked for first; a stale one does not.
    let mut by_token = vec![("auth", "xoauth2".to_owned())];
    reads.connect_with(&by_token, &[("access_token", "secret")]).await;
    assert_eq!(reads.test().await, Ok(()));
    reads.connect_with(&by_token, &[("access_token", "stale")]).await;
    assert!(reads.test().await.is_err());
    let issuer = issuer().await;
    by_token.extend([("token_url", issuer), ("client_id", "remit".to_owned())]);
    reads.connect_with(&by_token, &[("refresh_token", "good")]).await;
    assert_eq!(reads.test().await, Ok(()));
    reads.connect_with(&by_token, &[("refresh_token", "withdrawn")]).await;
    assert!(reads.test().await.is_err_and(|why| why.contains("invalid_grant")));
    reads.connect_with(&[("auth", "password".to_owned()), ("token_url", String::new())], &[]).await;

    // With a wrong password the channel says so.
    reads.connect(&[], "wrong").await;
    reads.start();
    until("it is told", async || reads.health().await.ok == Some(false)).await;
    let says = reads.health().await.says;
    assert!(says.contains("cannot be read") && says.contains("minutes ago"), "{says}");
    reads.stop().await;
});

each_database!(one_process_reads_a_mailbox_and_another_takes_over_once_it_is_gone, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let other = app.again(&database).await;
    let channel = app.channel(ChannelKind::Email).await;
    let (first, second) = (&app.engine, &other.engine);
    assert!(mailboxes::hold(first, &channel).await.unwrap());
    assert!(!mailboxes::hold(second, &channel).await.unwrap(), "one at a time");
    assert!(mailboxes::hold(first, &channel).await.unwrap(), "who has it goes on");
    app.clock.advance(Duration::from_secs(50));
    assert!(mailboxes::hold(first, &channel).await.unwrap());
    app.clock.advance(Duration::from_secs(50));
    assert!(!mailboxes::hold(second, &channel).await.unwrap(), "it was heard of 50 seconds ago");
    app.clock.advance(Duration::from_secs(11));
    assert!(mailboxes::hold(second, &channel).await.unwrap(), "nothing is heard of the first any more");
    assert!(!mailboxes::hold(first, &channel).await.unwrap(), "which finds that out when it comes back");
});

each_database!(mail_comes_in_once_while_two_processes_would_read_it, |database| {
    let name = "mail_comes_in_once_while_two_processes_would_read_it";
    let Some(program) = installed(name, "dovecot") else { return };
    let mut dovecot = Dovecot::new(program);
    dovecot.start();
    let app = TestApp::new(&database, POLICY).await;
    let other = app.again(&database).await;
    let (mut first, mut second) = (Read::of(&app), Read::of(&other));
    let plain = [
        ("host", "127.0.0.1".to_owned()),
        ("port", dovecot.plain.to_string()),
        ("tls", "none".to_owned()),
        ("user", "support".to_owned()),
    ];
    first.connect(&plain, "secret").await;
    first.start();
    until("the first reads", async || first.row().await.is_some_and(|row| row.worked_at.is_some())).await;
    let holder = first.row().await.unwrap().held_by;
    second.start();
    dovecot.deliver("m1", "One", None);
    first.until(&["m1"]).await;
    assert_eq!(first.row().await.unwrap().held_by, holder, "the second waits");
    // The first one ends in good order: the second need not wait until nothing is heard of it.
    first.stop().await;
    dovecot.deliver("m2", "Two", None);
    second.until(&["m1", "m2"]).await;
    let now = second.row().await.unwrap();
    assert!(now.held_by != holder && now.held_until > 0);
    second.stop().await;
});
