//! Words by which people end text messages, and begin them again.
//!
//! Single words are what networks and providers act on themselves. Sentences are ours to understand: any reasonable
//! wording counts, but "don't stop, I love it" is none. In doubt nothing is concluded here, and the message goes on to
//! be read like any other.

/// What a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more on this channel.
    Stop,
    /// No more at all.
    StopEverything,
    /// Again.
    Start,
    /// `YES`, which means "again" only to someone who had stopped; else it answers a question.
    Yes,
    /// Help, which the network answers.
    Help,
}

const STOP: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "arret",
    "arrêt",
    "arrêter",
    "arreter",
    "stopp",
    "abmelden",
    "abbestellen",
    "baja",
    "parar",
    "alto",
    "detener",
    "cancelar",
    "sair",
    "fine",
    "annulla",
    "disiscrivi",
    "stoppen",
    "afmelden",
    "avsluta",
    "stoppa",
    "lopeta",
    "wypisz",
    "стоп",
    "отписаться",
    "停止",
    "退订",
    "取消",
];
const START: &[&str] = &["start", "unstop", "subscribe", "resubscribe"];
const HELP: &[&str] = &["help", "info"];
/// What may stand beside such a word without changing what is meant.
const FILLERS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thank",
    "you",
    "now",
    "all",
    "it",
    "this",
    "these",
    "the",
    "any",
    "more",
    "messages",
    "message",
    "texts",
    "text",
    "texting",
    "sms",
    "messaging",
    "sending",
    "me",
    "to",
    "my",
    "number",
    "from",
    "immediately",
    "contacting",
    "calling",
    "writing",
    "bitte",
    "danke",
    "sofort",
    "svp",
    "merci",
    "por",
    "favor",
    "gracias",
    "per",
    "favore",
    "grazie",
    "alsjeblieft",
    "and",
    "already",
    "alerts",
    "notifications",
    "promotions",
    "ads",
    "spam",
    "spamming",
    "right",
];
/// Wordings that leave no doubt, whatever stands around them.
const PHRASES: &[&str] = &[
    "unsubscribe me",
    "please unsubscribe",
    "want to unsubscribe",
    "like to unsubscribe",
    "stop texting",
    "stop messaging me",
    "stop sending me",
    "stop contacting me",
    "stop writing to me",
    "stop emailing",
    "stop mailing me",
    "opt me out",
    "opt out of",
    "want to opt out",
    "like to opt out",
    "take me off your list",
    "take me off this list",
    "take me off the list",
    "remove me from your list",
    "remove me from this list",
    "remove me from the list",
    "remove me from your mailing",
    "remove me from all",
    "remove my number",
    "remove my email",
    "do not text me",
    "don't text me",
    "dont text me",
    "do not message me",
    "don't message me",
    "no more texts",
    "no more messages",
    "no more emails",
    "lose my number",
    "melden sie mich ab",
    "keine nachrichten mehr",
    "keine weiteren nachrichten",
    "désinscrivez-moi",
    "désabonnez-moi",
    "ne m'envoyez plus",
    "no me escriban más",
    "no quiero recibir más",
    "darme de baja",
    "dame de baja",
];
const EVERYTHING: &[&str] = &[
    "never contact me",
    "do not contact me",
    "don't contact me",
    "dont contact me",
    "stop all contact",
    "do not ever contact",
    "no more contact",
    "delete my number and never",
    "never write to me",
    "kontaktieren sie mich nicht",
    "kontaktieren sie mich nie",
    "ne me contactez plus",
    "no me contacten",
    "no me contacte más",
];
/// What turns a phrase into its opposite or into a question.
const BUT: &[&str] = &[
    "don't stop",
    "dont stop",
    "do not stop",
    "not unsubscribe",
    "don't unsubscribe",
    "didn't unsubscribe",
    "how do i unsubscribe",
    "how can i unsubscribe",
    "unless",
    "until tomorrow",
    "why did you stop",
    "never stop",
    "what happens if",
];

/// What a text asks for, where that is beyond doubt.
#[must_use]
pub fn wish(text: &str) -> Option<Wish> {
    // Whoever writes a letter means more than one word.
    if text.len() > 2_000 {
        return None;
    }
    let plain = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = plain
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'))
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return None;
    }
    if let [word] = words.as_slice() {
        return match *word {
            word if STOP.contains(&word) || word == "opt-out" => Some(Wish::Stop),
            word if START.contains(&word) => Some(Wish::Start),
            word if HELP.contains(&word) => Some(Wish::Help),
            "yes" => Some(Wish::Yes),
            _ => None,
        };
    }
    let line = words.join(" ");
    if BUT.iter().any(|but| line.contains(but)) {
        return None;
    }
    if EVERYTHING.iter().any(|phrase| line.contains(phrase)) {
        return Some(Wish::StopEverything);
    }
    // "Stop please" is what it says; "cancel my order" is not, for an order is no filler. The wish is said first or last.
    let all_said = words.iter().all(|word| STOP.contains(word) || FILLERS.contains(word));
    let at_an_end = [words.first(), words.last()].into_iter().flatten().any(|word| STOP.contains(word));
    // What a person would also say about something else needs more than politeness around it.
    let strong = words.iter().any(|word| STOP.contains(word) && !matches!(*word, "end" | "cancel" | "fine" | "alto"));
    if all_said && at_an_end && strong && words.len() <= 8 {
        return Some(Wish::Stop);
    }
    if line == "opt out" || line == "opt out please" || PHRASES.iter().any(|phrase| line.contains(phrase)) {
        return Some(Wish::Stop);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_073_every_reasonable_wording_ends_it() {
        for text in [
            "STOP",
            "stop.",
            " Stop ",
            "STOP PLEASE",
            "ARRET",
            "unsubscribe",
            "Stop!!!",
            "please stop",
            "Stop texting me",
            "stop all messages",
            "STOPALL",
            "Quit",
            "end",
            "REVOKE",
            "Abmelden",
            "opt-out",
            "opt out",
            "Please unsubscribe me",
            "Take me off your list",
            "remove me from your list now",
            "Hi, please do not text me. Thanks",
            "Stopp bitte",
            "I would like to opt out of these",
            "стоп",
            "退订",
            "stop spamming me",
            "STOP STOP STOP",
        ] {
            assert_eq!(wish(text), Some(Wish::Stop), "{text}");
        }
    }

    #[test]
    fn case_074_other_uses_of_the_words_do_not() {
        for text in [
            "Don't stop, I love it",
            "bus stop",
            "Where is the bus stop?",
            "Can you cancel my order?",
            "cancel my appointment please",
            "When does the sale end?",
            "the end",
            "I'm fine",
            "Is there a stop on the way",
            "How do I unsubscribe?",
            "",
            "👍",
            "Stop by the store tomorrow?",
            "please cancel",
            "quit smoking course, how much?",
            "Please don't unsubscribe me",
        ] {
            assert_eq!(wish(text), None, "{text}");
        }
    }

    #[test]
    fn case_075_076_beginning_again_and_help() {
        assert_eq!(wish("START"), Some(Wish::Start));
        assert_eq!(wish("unstop."), Some(Wish::Start));
        assert_eq!(wish("Yes"), Some(Wish::Yes));
        assert_eq!(wish("Yes please"), None);
        assert_eq!(wish("HELP"), Some(Wish::Help));
        assert_eq!(wish("help me choose"), None);
    }

    #[test]
    fn case_108_nothing_at_all_any_more() {
        for text in ["Never contact me again", "Please do not contact me again!", "Don’t contact me anymore"] {
            assert_eq!(wish(text), Some(Wish::StopEverything), "{text}");
        }
    }
}
