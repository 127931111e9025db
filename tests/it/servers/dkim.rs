//! What we sign is believed by another implementation, and a changed mail is not.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use remit_engine::channels::Account;
use remit_engine::channels::dkim::Signer;
use remit_engine::mail::{Extra, compose_with};

use super::installed;

/// Asks dkimpy, with the DNS record given on the command line.
fn believed(python: &std::path::Path, mail: &[u8], record: &(String, String)) -> bool {
    let script = "import sys, dkim\n\
        place, value = sys.argv[1].encode(), sys.argv[2].encode()\n\
        dns = lambda name, timeout=5: value if name.rstrip(b'.') == place else b''\n\
        print('yes' if dkim.verify(sys.stdin.buffer.read(), dnsfunc=dns) else 'no')";
    let mut asked = Command::new(python)
        .args(["-c", script, &record.0, &record.1])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(mail).unwrap();
    let said = asked.wait_with_output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    said.stdout.starts_with(b"yes")
}

#[test]
fn what_we_sign_another_implementation_believes() {
    let test = "what_we_sign_another_implementation_believes";
    let Some(python) = installed(test, "python3") else { return };
    let has_dkim = Command::new(&python).args(["-c", "import dkim, nacl"]).output().unwrap().status.success();
    if !has_dkim {
        return remit_tests::skipped(test, "Debian's python3-dkim and python3-nacl are not installed");
    }
    let mut message = crate::smtp::message("bill@customer.example", "k1");
    let long = "wort ".repeat(300);
    message.body_text = format!("Grüße,\n\n  zwei  Blanks\tund ein Tab \n.\n\nlang: {long}\n\n\n");
    message.from_name = Some("Größe & Söhne, \"Support\"".to_owned());
    message.references = (0..30).map(|number| format!("{number}.abcdefghijklmnop@customer.example")).collect();
    message.automatic = true;
    let extra = Extra {
        reply_to: Some("ann+token@customer.example".to_owned()),
        unsubscribe: Some("https://inbox.customer.example/unsubscribe/chn_1/token".to_owned()),
    };
    let mail = compose_with(&message, &extra);
    for algorithm in [&["RSA", "-pkeyopt", "rsa_keygen_bits:2048"][..], &["ED25519"]] {
        let made = Command::new("openssl").args(["genpkey", "-algorithm"]).args(algorithm).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let secrets = BTreeMap::from([("dkim_key".to_owned(), String::from_utf8(made.stdout).unwrap())]);
        let settings = BTreeMap::from([("dkim_selector".to_owned(), "nov".to_owned())]);
        let account = Account { address: "ann@customer.example".to_owned(), settings, secrets, hook_url: None };
        let signer = Signer::of(&account).unwrap().unwrap();
        let record = signer.record();
        assert_eq!(record.0, "nov._domainkey.customer.example");
        let signed = signer.sign(&mail, message.at_ms).unwrap();
        assert!(believed(&python, &signed, &record), "{algorithm:?}");
        let text = String::from_utf8(signed.clone()).unwrap();
        for (from, to) in [("zwei", "drei"), ("To: ", "To: x"), ("One-Click", "No-Click")] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from} is there");
            assert!(!believed(&python, changed.as_bytes(), &record), "{algorithm:?}: {from}");
        }
        let another_author = format!("From: evil@elsewhere.example\r\n{text}");
        assert!(!believed(&python, another_author.as_bytes(), &record), "{algorithm:?}: another author");
        assert!(text.contains("list-unsubscribe:list-unsubscribe-post"), "both are covered, as RFC 8058 asks");
    }
}
