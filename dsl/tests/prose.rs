//! The policy as prose.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{policy, repository};
use remit_dsl::prose::document;

fn shipped(name: &str) -> remit_dsl::Policy {
    let read = |name: &str| {
        std::fs::read_to_string(repository().join("policies").join(name)).map_err(|error| error.to_string())
    };
    remit_dsl::compile(name, &read).policy.unwrap()
}

#[test]
fn the_shipped_policies_as_a_person_would_tell_them() {
    for name in ["default", "b2b_sales", "regulated_support", "starter", "company-baseline"] {
        let document = document(&shipped(&format!("{name}.remit")));
        // The digest changes with every letter of the files.
        insta::assert_snapshot!(name, document.markdown().replace(&document.digest, "sha256:DIGEST"));
        // Each sentence is one, and names a line.
        for sentence in document.sections.iter().flat_map(|section| &section.sentences) {
            assert!(
                (sentence.text.ends_with('.') || sentence.text.ends_with(".”")) && !sentence.text.contains("  "),
                "{sentence:?}"
            );
            assert!(sentence.at.line > 0 && document.files.contains(&sentence.at.file), "{sentence:?}");
        }
    }
}

/// The sentences of the section whose title begins so.
fn sentences(text: &str, section: &str) -> Vec<String> {
    let document = document(&policy(text));
    let section = document.sections.iter().find(|one| one.title.starts_with(section));
    section.map_or(Vec::new(), |section| section.sentences.iter().map(|one| one.text.clone()).collect())
}

#[test]
fn conditions_are_told_exactly() {
    let told = |when: &str| {
        let text = format!(
            "fact deal.value: money USD 0..5000000\nfact contact.verified: yes/no\nfact deal.seats: number 0..500\n\
             segment vip\nsegment minor\nhours office {{ mon-fri 09:00-18:00 }}\nswitch red: off\n\
             limit daily: 3 replies per contact per day else approval\nintent one {{ }}\nintent two {{ }}\n\
             detector law on message {{ words \"law\" }}\ndetector iban on draft {{ words \"iban\" }}\n\
             detector card on draft {{ words \"card\" }}\n\
             guard g: approval when {when}\n"
        );
        let sentences = sentences(&text, "What the AI may not do on its own");
        let clause = sentences[0]
            .strip_prefix("**g**: when ")
            .and_then(|rest| rest.strip_suffix(", a person must approve the reply."));
        clause.unwrap_or_else(|| unreachable!("{sentences:?}")).to_owned()
    };
    for (when, expected) in [
        ("contact.new and not message.attachment", "the contact is new and the message has no attachment"),
        ("not (contact.new or message.attachment)", "the contact is not new and the message has no attachment"),
        (
            "contact.new or (approved and not (contact.paused or kill_switch))",
            "the contact is new or (a person has approved the draft and (the AI is not paused for the contact and nobody has stopped automatic sending))",
        ),
        ("not (contact in any [vip, minor])", "the contact is in none of the segments `vip` and `minor`"),
        ("contact in vip", "the contact is in the segment `vip`"),
        ("outside office", "it is outside the hours `office`"),
        ("not outside office", "it is inside the hours `office`"),
        ("over daily and switch red", "the limit `daily` is used up and the switch `red` is on"),
        ("not over daily and not switch red", "the limit `daily` is not used up and the switch `red` is off"),
        ("deal.value >= 250000 USD", "`deal.value` is at least 250,000 USD"),
        ("not deal.value >= 1250.5 USD", "`deal.value` is less than 1,250.50 USD"),
        ("deal.seats < 20 and contact.verified", "`deal.seats` is less than 20 and `contact.verified` is yes"),
        ("not contact.verified", "`contact.verified` is no"),
        ("tier >= high", "the risk is high or higher"),
        ("not tier > medium", "the risk is medium or lower"),
        ("channel in [sms, chat, voice]", "the channel is sms, chat or voice"),
        ("not (channel in [sms, chat])", "the channel is none of sms and chat"),
        ("intent is not one", "the intent is not `one`"),
        ("not intent is not one", "the intent is `one`"),
        (
            "confidence < 0.85 and margin <= 10%",
            "the confidence in the intent is less than 85 % and the lead of the first intent over the second is at most 10 %",
        ),
        ("message detects law", "the detector `law` finds something in the message"),
        ("not (draft detects any [iban, card])", "none of the detectors `iban` and `card` finds anything in the draft"),
        (
            "sentiment <= -0.4 and thread.depth > 6",
            "the mood of the message is at most -0.4 and the number of messages in the thread is more than 6",
        ),
    ] {
        assert_eq!(told(when), expected, "{when}");
    }
}

#[test]
fn settings_of_imports_and_replaced_tables_are_left_out() {
    let files = [
        (
            "root.remit",
            "remit 1\nimport \"./other.remit\"\nmode assisted { low send  medium, high, critical approval }\nactions { reply approval }\n",
        ),
        (
            "other.remit",
            "remit 1\nautonomy full\nundo 5m\nautonomy at most controlled for channel sms\nactions { book_meeting off }\n",
        ),
    ];
    let policy = remit_dsl::compile("root.remit", &common::texts(&files)).policy.unwrap();
    let text = document(&policy).markdown();
    for told in [
        "- No line sets a mode for everything, so in general it is *assisted*. (root.remit:1)",
        "- On sms it is never freer than *controlled*. (other.remit:4)",
        "- In the mode *assisted*: at low risk the reply may leave on its own; at medium, high or critical risk a person must approve the reply. (root.remit:3)",
        "- No line sets a time for everything, so in general a reply leaves at once. (root.remit:1)",
        "- `book_meeting` needs the approval of a person. (std/base:17)",
        "- Every reply needs the approval of a person. (root.remit:4)",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    for left_out in ["*full*", "5 minutes", "Replies may leave", "std/base:9", "never done"] {
        assert!(!text.contains(left_out), "{left_out}\n{text}");
    }
}

#[test]
fn claims_keep_their_small_words() {
    let claims = "never send now when contact.new\nnever send when contact.new\nalways off when contact.new and not window.closed\nalways at least off when contact.new\n\
                  team t\nguard g: off when contact.new\nroute { otherwise: to team t }\n@owner(\"law\")\nalways route to team t when contact.new\n";
    assert_eq!(
        sentences(claims, "What the policy claims"),
        [
            "Never does a reply leave at once on its own when the contact is new.",
            "Never does a reply leave on its own when the contact is new.",
            "Always, when the contact is new and the channel still takes free text, the AI does not answer.",
            "Always, when the contact is new, the AI does not answer, or something more careful happens.",
            "Always, when the contact is new, the conversation goes to the team `t`. It belongs to law.",
        ]
    );
}
