//! `remit jobs`, and a stop that has an end.

use std::time::Duration;

use super::{eager, remit, silent_smtp};

#[test]
fn a_job_that_is_tried_again_later_is_listed_shown_tried_now_and_ended() {
    let remit = eager();
    // Nobody listens there.
    let smtp = ["--smtp", "smtp://127.0.0.1:1"];
    let ran = remit.run(&[&["ingest", "mail.eml", "--policy", "eager.remit"][..], &smtp].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");

    let list = remit.run(&["jobs", "list", "--state", "retrying", "--json"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    let page = &list.json_lines()[0];
    let job = page["data"][0].clone();
    assert_eq!((job["state"].as_str(), job["stage"].as_str()), (Some("retrying"), Some("gated")), "{page}");
    assert_eq!((&page["counts"]["retrying"], &page["counts"]["failed"]), (&1.into(), &0.into()), "{page}");
    let id = job["id"].as_str().unwrap();
    let table = remit.run(&["jobs", "list", "--state", "retrying"]);
    assert!(table.stdout.starts_with("JOB") && table.stdout.contains(id), "{table:?}");
    assert!(table.stderr.contains("1 retrying"), "{table:?}");
    let shown = remit.run(&["jobs", "show", id, "--json"]).json_lines().remove(0);
    assert_eq!(shown["errors"][0]["class"], "transient", "{shown}");
    assert!(remit.run(&["jobs", "show", id]).stdout.contains("transient"));

    let retried = remit.run(&["jobs", "retry", id, "--by", "Bo", "--note", "the server is back", "--json"]);
    assert_eq!(
        (retried.code, &retried.json_lines()[0]["data"][0]["state"]),
        (Some(0), &"queued".into()),
        "{retried:?}"
    );
    let doubt = remit.run(&["jobs", "retry", id, "--mark-sent"]);
    assert_eq!(doubt.code, Some(4), "{doubt:?}");
    let both = remit.run(&["jobs", "retry", id, "--mark-sent", "--send-again"]);
    assert_eq!(both.code, Some(1), "{both:?}");
    let ended = remit.run(&["jobs", "cancel", id, "--by", "Bo"]);
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), format!("{id}  closed").as_str()), "{ended:?}");
    let again = remit.run(&["jobs", "cancel", id]);
    assert_eq!(again.code, Some(4));
    assert!(again.stderr.contains("it is too late: this reply is closed"), "{again:?}");
    assert_eq!(remit.run(&["jobs", "list"]).stdout, "no job is failed\n");
    let unknown = remit.run(&["jobs", "show", "run_none"]);
    assert_eq!((unknown.code, unknown.stderr.contains("there is no job `run_none`")), (Some(3), true), "{unknown:?}");
}

#[tokio::test]
async fn a_provider_that_never_answers_does_not_hold_a_server_that_was_told_to_stop() {
    let (smtp, calls) = silent_smtp();
    let remit = eager();
    remit.write("drop/new/1.host", super::QUESTION);
    let mut server = remit.start(&[
        "serve",
        "--port",
        "0",
        "--policy",
        "eager.remit",
        "--maildir",
        "drop",
        "--smtp",
        &smtp,
        "--stop-within",
        "3s",
        "--metrics",
        "127.0.0.1:0",
    ]);
    let url = server.wait_for("ready ");
    let called = tokio::task::spawn_blocking(move || (calls.recv_timeout(Duration::from_secs(60)), calls));
    let (called, _calls) = called.await.unwrap();
    called.expect("the provider is called");
    let (ended, took) = server.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(took < Duration::from_secs(20), "it took {took:?}: the provider's time-out is 30 s");
    assert!(ended.stderr.contains("some steps did not finish in time"), "{}", ended.stderr);
    assert!(reqwest::get(format!("{url}/healthz")).await.is_err(), "nothing listens any more");

    // What was in progress is not lost: a person sees it, for nobody knows whether the mail left.
    let found = remit.run(&["jobs", "list", "--state", "working", "--json"]).json_lines().remove(0);
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{found}");
}

#[tokio::test]
async fn metrics_are_served_without_a_key_on_an_address_of_their_own() {
    let remit = remit();
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let metrics = format!("127.0.0.1:{port}");
    let mut server = remit.start(&["serve", "--port", "0", "--metrics", &metrics]);
    let url = server.wait_for("ready ");
    let answer = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("remit_jobs{state=\"queued\"} 0"));
    assert_eq!(reqwest::get(format!("{url}/metrics")).await.unwrap().status(), 401);
    let (ended, _) = server.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let wrong = remit.run(&["serve", "--port", "0", "--stop-within", "soon"]);
    assert!(wrong.code == Some(1) && wrong.stderr.contains("write a time such as 30s, 5m or 1h"), "{wrong:?}");
}

#[test]
fn the_doctor_says_what_is_well_and_what_is_not() {
    let remit = remit();
    let young = remit.run(&["doctor", "--json"]);
    assert_eq!(young.code, Some(1), "without a policy nothing is answered: {young:?}");
    let checks = young.json_lines().remove(0)["checks"].as_array().unwrap().clone();
    let of =
        |name: &str| checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("{name}: {checks:?}"));
    assert_eq!(of("policy")["is"], "wrong");
    for name in ["database", "clock", "queue", "jobs", "kill switch"] {
        assert_eq!(of(name)["is"], "well", "{checks:?}");
    }
    assert!(of("disk")["found"].as_str().unwrap().contains("a flush in"));
    remit.write("mail.eml", super::QUESTION);
    assert_eq!(remit.run(&["ingest", "mail.eml"]).code, Some(0));
    let ran = remit.run(&["doctor"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("last message in") && ran.stdout.contains("1 wait for a person"), "{ran:?}");
}
