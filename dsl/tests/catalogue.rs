//! What a policy knows, listed: intents and facts.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{policy, repository};
use remit_dsl::catalogue::{AutoReply, facts, intents};

fn shipped(name: &str) -> remit_dsl::Policy {
    let read = |name: &str| {
        std::fs::read_to_string(repository().join("policies").join(name)).map_err(|error| error.to_string())
    };
    remit_dsl::compile(name, &read).policy.unwrap()
}

#[test]
fn an_intent_says_how_it_is_answered_and_from_which_confidence() {
    let policy = policy(
        "autonomy controlled\nautonomy assisted for channel sms\nagent ada on email, sms, chat\n\
         intent question \"Asks\" { examples { \"a\" \"b\" } reply send from 0.85, approval from 0.50, else escalate\n\
           reply approval for channel chat  draft model answer max 50 words  also stop_sequence }\n\
         intent other { }\n\
         limit daily: 3 replies per contact per day else hold 2h\n\
         limit asked: 3 replies per contact per day else approval for intent question\n",
    );
    let entries = intents(&policy);
    let question = &entries[0];
    assert_eq!((question.examples, question.title.as_deref()), (2, Some("Asks")));
    let lines: Vec<(&str, bool)> = question.replies.iter().map(|reply| (reply.words.as_str(), reply.scoped)).collect();
    assert_eq!(lines, [("send from 0.85, approval from 0.50, else escalate", false), ("approval", true)]);
    // Sms is assisted, and in the chat the policy asks.
    let auto: Vec<(&str, f64)> = question.auto_reply.iter().map(|auto| (auto.channel.as_str(), auto.from)).collect();
    assert_eq!(auto, [("email", 0.85)]);
    assert_eq!(question.limits, ["daily", "asked"]);
    assert_eq!(question.also, ["stop_sequence"]);
    let other = &entries[1];
    assert_eq!((other.replies[0].words.as_str(), other.auto_reply.len()), ("approval", 0));
    assert_eq!(other.limits, ["daily"]);
}

#[test]
fn the_shipped_default_answers_two_intents_by_itself() {
    let entries = intents(&shipped("default.remit"));
    let auto: Vec<String> = entries
        .iter()
        .filter(|entry| !entry.auto_reply.is_empty())
        .map(|entry| {
            let where_: Vec<String> =
                entry.auto_reply.iter().map(|one| format!("{} {}", one.channel, one.from)).collect();
            format!("{}: {}", entry.name, where_.join(", "))
        })
        .collect();
    assert_eq!(
        auto,
        [
            "opening_hours: email 0.6, sms 0.6, whatsapp 0.6, chat 0.6",
            "thanks: email 0.6, sms 0.6, whatsapp 0.6, chat 0.6"
        ]
    );
    // Only for members whose identity was checked: the one case in which the risk is low.
    let careful = intents(&shipped("regulated_support.remit"));
    assert_eq!(careful[0].auto_reply, [AutoReply { channel: "chat".to_owned(), from: 0.8 }]);
    assert!(intents(&shipped("starter.remit")).iter().all(|entry| entry.auto_reply.is_empty()));
}

#[test]
fn a_fact_says_who_sets_it_and_what_reads_it() {
    let entries = facts(&shipped("b2b_sales.remit"));
    let readers = |key: &str| -> Vec<String> {
        let entry = entries.iter().find(|entry| entry.key == key).unwrap_or_else(|| unreachable!("no {key}"));
        entry.read_by.iter().map(|reader| format!("{} {}:{}", reader.what, reader.at.file, reader.at.line)).collect()
    };
    insta::assert_debug_snapshot!([
        ("deal.value", readers("deal.value")),
        ("segment:enterprise", readers("segment:enterprise")),
        ("detect:draft.promises_price", readers("detect:draft.promises_price")),
        ("script:big_discount", readers("script:big_discount")),
        ("over:contact_daily", readers("over:contact_daily")),
        ("draft.text", readers("draft.text")),
        ("contact.paused", readers("contact.paused")),
    ]);
    // Whatever a rule reads is listed, and everything is described.
    for entry in &entries {
        assert!(!entry.set_by.is_empty() && !entry.meaning.is_empty() && !entry.type_.is_empty(), "{entry:?}");
    }
    let own = entries.iter().find(|entry| entry.key == "contact.seats").unwrap();
    assert_eq!(own.at.as_ref().unwrap().to_string(), "b2b_sales.remit:15:6");
}
