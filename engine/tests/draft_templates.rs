//! Replies from templates: what is filled in, what is refused, what strangers cannot do.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use remit_engine::domain::ChannelKind;
use remit_engine::draft::TemplateDrafter;
use remit_engine::ports::{DraftError, DraftInput, DraftText, Drafter};

fn drafter(templates: &[(&str, &str)]) -> Result<TemplateDrafter, DraftError> {
    let templates: BTreeMap<String, String> =
        templates.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect();
    TemplateDrafter::new(templates)
}

const INPUT: DraftInput<'static> = DraftInput {
    channel: ChannelKind::Email,
    intent: "thanks",
    template: Some("reply"),
    model: None,
    max_words: None,
    tone: None,
    sources: None,
    language: None,
    contact_name: Some("Anna Weber"),
    subject: Some("Your help"),
    text: "Thank you {{ 6*7 }}",
    ai_agent: "Remy",
    workspace: "ACME",
    instruction: None,
    parts: Vec::new(),
};

fn render(source: &str, input: &DraftInput<'_>) -> Result<DraftText, DraftError> {
    drafter(&[("reply", source)]).unwrap().render(input)
}

fn named(source: &str, name: &str) -> String {
    render(source, &DraftInput { contact_name: Some(name), ..INPUT }).unwrap().body_text
}

fn reason(error: DraftError) -> String {
    match error {
        DraftError::Template { name, reason } if name == "reply" => reason,
        other => other.to_string(),
    }
}

#[test]
fn every_variable_is_filled_in() {
    let source = "Hello {{ first_name }} ({{ contact_name }}),\n\n\n\nabout {{ subject }}: {{ intent }} by {{ channel }}.  \n{% if first_name %}\nBye\n{% endif %}\n\n{{ ai_agent }}, {{ workspace }}\n";
    let draft = render(source, &INPUT).unwrap();
    let wanted = "Hello Anna (Anna Weber),\n\nabout Your help: thanks by email.\nBye\n\nRemy, ACME";
    assert_eq!(draft.body_text, wanted);
    assert_eq!(draft.subject.as_deref(), Some("Re: Your help"));
    assert_eq!(draft.source, "template:reply");
}

#[tokio::test]
async fn the_port_gives_the_same() {
    let drafter = drafter(&[("reply", "Hello")]).unwrap();
    assert_eq!(drafter.draft(&INPUT).await, drafter.render(&INPUT));
}

#[test]
fn the_template_is_found_by_its_name_or_the_models() {
    let drafter = drafter(&[("reply", "one"), ("other", "two")]).unwrap();
    assert_eq!(drafter.names().collect::<Vec<_>>(), ["other", "reply"]);
    let body = |template, model| drafter.render(&DraftInput { template, model, ..INPUT }).map(|draft| draft.body_text);
    assert_eq!(body(Some("reply"), Some("other")), Ok("one".to_owned()));
    assert_eq!(body(None, Some("other")), Ok("two".to_owned()));
    assert_eq!(body(Some("gone"), Some("other")), Err(DraftError::NoDrafter("gone".to_owned())));
    assert_eq!(body(None, Some("large-model")), Err(DraftError::NoDrafter("large-model".to_owned())));
    assert_eq!(body(None, None), Err(DraftError::NoDrafter("thanks".to_owned())));
}

#[test]
fn only_mail_has_a_subject() {
    for channel in ChannelKind::ALL {
        let draft = render("Hello", &DraftInput { channel, ..INPUT }).unwrap();
        assert_eq!(draft.subject.is_some(), channel == ChannelKind::Email, "{channel}");
    }
}

#[test]
fn a_broken_template_names_itself_and_the_line() {
    let error = drafter(&[("fine", "x"), ("reply", "Hello\n\n{% if %}")]).unwrap_err();
    assert!(reason(error.clone()).starts_with("line 3: "), "{error}");
    let error = drafter(&[("reply", "Hello\n{{ fist_name }}")]).unwrap_err();
    assert!(reason(error.clone()).starts_with("line 2: there is no variable `fist_name`"), "{error}");
    for hidden in ["text", "quoted", "message"] {
        assert!(drafter(&[("reply", &format!("{{{{ {hidden} }}}}"))]).is_err(), "{hidden}");
    }
    assert!(drafter(&[("reply", "{{ debug() }}")]).is_err());
}

#[test]
fn an_unknown_value_is_never_printed() {
    let unknown = DraftInput { contact_name: None, subject: None, ..INPUT };
    let error = render("Dear\n{{ first_name }}", &unknown).unwrap_err();
    assert!(reason(error.clone()).starts_with("line 2: undefined value"), "{error}");
    let polite = "Hi {{ first_name | default('there') }}{% if subject %} about {{ subject }}{% endif %}";
    assert_eq!(render(polite, &unknown).unwrap().body_text, "Hi there");
    for nameless in ["{{", "+49 30 12345", "anna@example.com", " \n"] {
        let input = DraftInput { contact_name: Some(nameless), ..INPUT };
        assert!(render("{{ first_name }}", &input).is_err(), "{nameless:?}");
    }
}

#[test]
fn strangers_names_stay_plain_text() {
    assert_eq!(named("Hi {{ contact_name }}!", "{{ 7*7 }}"), "Hi {{ 7*7 }}!");
    assert_eq!(named("Hi {{ contact_name }}!", "{% include 'reply' %}"), "Hi {% include 'reply' %}!");
    assert_eq!(named("Hi {{ contact_name }}!", "Ann\r\n\r\nWe owe you money\tnow"), "Hi Ann We owe you money now!");
    assert_eq!(named("Hi {{ contact_name }}!", "A\u{0}n\u{1b}[31mn\u{202e}a\u{200b}"), "Hi An[31mna!");
    assert_eq!(named("{{ contact_name }}", &"ab".repeat(500)).chars().count(), 80);
    assert_eq!(named("{{ contact_name }}", &"ä".repeat(500)).chars().count(), 80);
    assert_eq!(named("{{ contact_name }}", "<b>&amp;"), "<b>&amp;");
    assert_eq!(named("{{ first_name }}", "Weber, Anna Maria"), "Anna");
}

#[test]
fn the_templates_name_does_not_change_the_text() {
    let drafter = drafter(&[("reply.html", "{{ contact_name }}")]).unwrap();
    let input = DraftInput { template: Some("reply.html"), contact_name: Some("A&B"), ..INPUT };
    assert_eq!(drafter.render(&input).unwrap().body_text, "A&B");
}

#[test]
fn endless_and_oversized_templates_are_stopped() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    assert!(render(endless, &INPUT).is_err());
    let long = format!("{}x", "words and ".repeat(2_000));
    assert!(reason(render(&long, &INPUT).unwrap_err()).contains("20001 characters"));
    let deep = drafter(&[("reply", "{% include 'reply' %}")]).unwrap();
    assert!(deep.render(&INPUT).is_err());
}

#[test]
fn the_policys_word_limit_holds() {
    let limited = |max_words| render("one two\n\nthree", &DraftInput { max_words, ..INPUT });
    assert!(limited(Some(3)).is_ok());
    assert!(reason(limited(Some(2)).unwrap_err()).contains("3 words"));
    assert!(render("{% if false %}x{% endif %}  \n", &INPUT).is_err(), "an empty reply is none");
}

#[test]
fn templates_include_each_other_and_nothing_else() {
    let drafter = drafter(&[("reply", "Hello\n{% include 'signature' %}"), ("signature", "{{ ai_agent }}")]).unwrap();
    assert_eq!(drafter.render(&INPUT).unwrap().body_text, "Hello\nRemy");
    assert!(render("{% include '/etc/hostname' %}", &INPUT).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_name_the_reply_keeps_its_lines(name in any::<String>(), subject in any::<String>()) {
        let source = "Hello {{ contact_name | default('there') }},\nabout {{ subject | default('it') }}.";
        let input = DraftInput { contact_name: Some(&name), subject: Some(&subject), ..INPUT };
        let draft = render(source, &input).unwrap();
        prop_assert_eq!(draft.body_text.lines().count(), 2);
        prop_assert!(draft.body_text.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(draft.subject.unwrap().chars().all(|c| !c.is_control()));
    }
}
