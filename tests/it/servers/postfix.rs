//! Postfix both ways: it takes what we send, and brings mail to us.

use std::sync::Arc;
use std::time::Duration;

use remit_engine::adapters::SmtpOutbound;
use remit_engine::adapters::smtp_in::Protocol;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::mailroom::{self, EngineMailroom};
use remit_engine::ports::Outbound;
use remit_engine::store::read;
use remit_tests::{TestApp, each_database, skipped};
use tokio_util::sync::CancellationToken;

use super::{Server, free_port, installed, until};
use crate::flow::POLICY;

/// Writes a configuration of postfix that takes mail on one port of loopback and hands it on to another.
fn configure(folder: &std::path::Path, port: u16, ours: u16) {
    for part in ["etc", "queue", "data"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    let path = folder.display();
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {path}/queue\ndata_directory = {path}/data\nmaillog_file = {path}/log\n\
         maillog_file_prefixes = {path}\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mx.acme.example\n\
         mydestination =\nmynetworks = 127.0.0.0/8\ntransport_maps = inline:{{acme.example=smtp:[127.0.0.1]:{ours}}}\n\
         relay_domains = acme.example\nsmtp_tls_security_level = none\ndisable_dns_lookups = yes\nsmtp_host_lookup = native\n\
         alias_maps =\nalias_database =\nminimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n\
         default_transport = error:nothing leaves this machine\n"
    );
    std::fs::write(folder.join("etc/main.cf"), main).unwrap();
    let mut master = format!("127.0.0.1:{port} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\n");
    for (service, private, limit, program) in [
        ("pickup", "n", "1", "pickup"),
        ("cleanup", "n", "0", "cleanup"),
        ("qmgr", "n", "1", "qmgr"),
        ("flush", "n", "0", "flush"),
        ("rewrite", "-", "-", "trivial-rewrite"),
        ("bounce", "-", "0", "bounce"),
        ("defer", "-", "0", "bounce"),
        ("trace", "-", "0", "bounce"),
        ("proxymap", "-", "-", "proxymap"),
        ("smtp", "-", "-", "smtp"),
        ("error", "-", "-", "error"),
        ("retry", "-", "-", "error"),
        ("anvil", "-", "1", "anvil"),
        ("scache", "-", "1", "scache"),
    ] {
        master.push_str(&format!("{service} unix {private} - n - {limit} {program}\n"));
    }
    std::fs::write(folder.join("etc/master.cf"), master).unwrap();
}

/// Its master is no child of ours: it ends when it is told to.
struct Stop(std::path::PathBuf, String);

impl Drop for Stop {
    fn drop(&mut self) {
        let _ = std::process::Command::new(&self.0).args(["-c", &self.1, "stop"]).output();
    }
}

each_database!(postfix_takes_what_we_send_and_brings_it_to_us_once, |database| {
    let test = "postfix_takes_what_we_send_and_brings_it_to_us_once";
    let Some(program) = installed(test, "postfix") else { return };
    if !rustix::process::geteuid().is_root() {
        return skipped(test, "postfix starts for root only");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (theirs, ours) = (free_port(), free_port());
    configure(path, theirs, ours);
    let owned = std::process::Command::new("chown").arg("postfix").arg(path.join("data")).status().unwrap();
    assert!(owned.success());
    let etc = path.join("etc").display().to_string();
    let _stopped = Stop(program.clone(), etc.clone());
    let _postfix = Server::start(&program, &["-c", &etc, "start-fg"], &path.join("out"), theirs);

    // We are not there yet: postfix keeps the mail and comes again.
    let app = TestApp::new(&database, POLICY).await;
    let smtp: Arc<dyn Outbound> = Arc::new(SmtpOutbound::from_url(&format!("smtp://127.0.0.1:{theirs}")).unwrap());
    let mut first = crate::smtp::message("email@acme.example", "k1");
    let long = "ä".repeat(1500);
    first.body_text = format!("[question 0.95] When do you open?\n.\n.. dots, and more than fits in a line: {long}");
    smtp.send(&first).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", ours)).await.unwrap();
    let stop = CancellationToken::new();
    let mailroom = EngineMailroom::new(app.engine.clone(), DEFAULT_WORKSPACE);
    let serving = tokio::spawn(mailroom::listen(mailroom, listener, "in".to_owned(), Protocol::Smtp, stop.clone()));
    let messages = async || {
        let mut reader = app.engine.db().read().await.unwrap();
        let ws = DEFAULT_WORKSPACE;
        let contact = read::contact_of_address(&mut reader.conn(), ws, "email", "ann@customer.example").await.unwrap();
        let Some((contact,)) = contact else { return Vec::new() };
        let all = read::conversations_of_contact(&mut reader.conn(), ws, &contact, 10).await.unwrap();
        let mut found = Vec::new();
        for conversation in &all {
            found.extend(read::messages(&mut reader.conn(), ws, &conversation.id, i64::MAX, 10).await.unwrap());
        }
        found.retain(|message| message.direction == "inbound");
        found
    };
    until("postfix brought the mail", async || !messages().await.is_empty()).await;
    let brought = messages().await;
    assert_eq!(brought.len(), 1, "{:?}", brought.iter().map(|one| &one.subject).collect::<Vec<_>>());
    assert_eq!(brought[0].subject.as_deref(), Some("Größe"));
    assert_eq!(brought[0].full_text.trim(), first.body_text.trim());
    stop.cancel();
    serving.await.unwrap();
});
