//! How much speaks for a close look at a message, as one number. It may make an outcome more careful and decides nothing.

use super::mood::mood;
use super::rules::{RuleSignals, signals};

/// What each signal weighs, 0 to 1. Several together weigh more than each, and never more than 1.
const SELF_HARM: f64 = 1.0;
const LEGAL_THREAT: f64 = 0.9;
const INJECTION: f64 = 0.8;
const OPT_OUT: f64 = 0.6;
const OPT_OUT_DOUBTFUL: f64 = 0.5;
const HUMAN_REQUEST: f64 = 0.4;
/// What the angriest mood weighs.
const ANGER: f64 = 0.7;

/// The risk of a text, 0 to 1. `injection` is whether it seems to talk to a model. `None` where its language is not one whose
/// moods are known: then nobody can say that little speaks against it.
#[must_use]
pub fn risk(text: &str, language: Option<&str>, injection: bool) -> Option<f64> {
    let anger = mood(text, language).map(|mood| (-mood).max(0.0) * ANGER);
    let RuleSignals { opt_out, opt_out_doubtful, human_request, legal_threat, self_harm, .. } = signals(text);
    let seen = [
        (self_harm, SELF_HARM),
        (legal_threat, LEGAL_THREAT),
        (injection, INJECTION),
        (opt_out, OPT_OUT),
        (opt_out_doubtful && !opt_out, OPT_OUT_DOUBTFUL),
        (human_request, HUMAN_REQUEST),
    ];
    let weights = seen.into_iter().filter(|(seen, _)| *seen).map(|(_, weight)| weight).chain(anger);
    let safe: f64 = weights.map(|weight| 1.0 - weight).product();
    // What is seen in any language is enough to say that it is high; that it is low can only be said where all was looked at.
    let risk = 1.0 - safe;
    (anger.is_some() || risk >= LEGAL_THREAT).then_some(risk.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::risk;

    #[test]
    fn threats_weigh_more_than_anger_and_both_more_than_each() {
        let of = |text: &str| risk(text, Some("en"), false).unwrap_or(-1.0);
        let calm = of("When are you open on Friday?");
        let angry = of("This is terrible, I am very disappointed and angry.");
        let threat = of("My lawyer will sue you over this.");
        let both = of("This is terrible, I am very disappointed and angry. My lawyer will sue you over this.");
        assert!(calm.abs() < 1e-9, "{calm}");
        assert!(calm < angry && angry < threat && threat < both && both <= 1.0, "{angry} {threat} {both}");
        assert!(risk("When are you open?", Some("en"), true) > Some(0.7));
    }

    #[test]
    fn where_moods_are_not_known_nothing_is_called_harmless() {
        assert_eq!(risk("Kiedy otwieracie?", Some("pl"), false), None);
        assert_eq!(risk("ok", None, false), None);
        assert!(risk("My lawyer will sue you over this.", None, false) >= Some(0.9));
    }
}
