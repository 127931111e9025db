//! Rules and stripping, language by language, with the traps beside them.
#![expect(clippy::unwrap_used, reason = "tests")]

use remit_engine::classify::{EmbeddedClassifier, signals, strip};
use remit_engine::domain::ChannelKind;
use remit_engine::ports::{Classification, ClassifyInput};

#[test]
fn opt_outs_are_heard_in_every_language() {
    let texts = [
        "STOP",
        "stop!!!",
        "Stop please",
        "Unsubscribe",
        "UNSUBSCRIBE ME",
        "Please remove me from your list.",
        "stop emailing me",
        "Take me off your mailing list, thanks",
        "I don’t want to receive these mails.",
        "Please\nremove me from\nyour list",
        "Un\u{200b}subscribe",
        "ｕｎｓｕｂｓｃｒｉｂｅ",
        "No.\n\nSTOP\n\nJohn",
        "Abmelden",
        "Bitte nehmen Sie mich aus Ihrem Verteiler.",
        "Bitte keine weiteren E-Mails!",
        "Désabonnez-moi",
        "Merci de me retirer de votre liste.",
        "Je souhaite ne plus recevoir vos messages",
        "Baja",
        "Por favor, dadme de baja: no quiero recibir más correos",
        "Eliminadme ya, no deseo recibir esto",
        "Cancellatemi dalla vostra lista",
        "Non voglio più ricevere le vostre email",
        "Sair",
        "Por favor, removam-me: não quero receber isto",
        "Parem de me enviar emails",
        "Uitschrijven a.u.b.",
        "Haal me van de lijst",
        "Graag geen e-mails meer",
        "Proszę o wypisanie z listy",
        "Nie chcę otrzymywać tych wiadomości",
        "Ta bort mig från er lista",
        "Avregistrera mig tack",
        "Jag vill inte få fler mejl",
        "Afmeld mig",
        "Jeg ønsker ikke at modtage flere mails",
        "Meld meg av listen",
        "Beni listeden çıkarın",
        "Artık e-posta almak istemiyorum",
        "Aboneliğimi iptal edin",
        "Odhlaste mě prosím",
        "Už mi nepište",
        "Nu mai doresc să primesc mesaje",
        "En halua saada näitä viestejä",
        "Отпишите меня",
        "Не пишите мне больше",
        "退订",
        "配信停止してください",
        "수신거부",
    ];
    for text in texts {
        let found = signals(text);
        assert!(found.opt_out, "missed: {text} {found:?}");
        assert!(!found.evidence.is_empty(), "no evidence: {text}");
    }
}

#[test]
fn keyword_traps_are_no_opt_outs() {
    let texts = [
        "How do I unsubscribe my customers?",
        "Can contacts unsubscribe with one click? Where is the unsubscribe link?",
        "Feel free to stop by our office",
        "Don't stop!",
        "Please don't remove me from your list",
        "Do not unsubscribe me, I like your mails",
        "Don't stop sending me these, they are great",
        "My card stopped working",
        "Stop the payment to the shop",
        "What is your opt out rate?",
        "Wie kann ich unsere Kunden abmelden?",
        "Bitte nicht abmelden",
        "Der Bus stoppt hier",
        "Comment désabonner mes clients ?",
        "¿Cómo puedo dar de baja a un cliente?",
        "Come posso disiscrivere i miei clienti?",
        "Como descadastrar meus clientes?",
        "Hoe kan ik klanten uitschrijven?",
        "Jak wypisać klienta z bazy?",
        "Hur kan jag avregistrera mina kunder?",
        "Hvordan kan jeg afmelde mine kunder?",
        "Müşterilerimi listeden çıkarmak istiyorum",
        "Jak mohu odhlásit zákazníky?",
        "We had a full stop at the end",
        "Basta con questi prezzi, mandate un'offerta",
    ];
    for text in texts {
        assert!(!signals(text).opt_out, "false alarm: {text} {:?}", signals(text));
    }
    assert!(signals("How do I unsubscribe my customers?").opt_out_doubtful);
    let long = format!("{} unsubscribe me {}", "we talked about many things ".repeat(10), "and more ".repeat(10));
    assert!(!signals(&long).opt_out && signals(&long).opt_out_doubtful, "long texts are only doubtful");
}

#[test]
fn requests_for_a_person_are_heard() {
    let texts = [
        "I want to talk to a human",
        "Can I speak with a real person?",
        "human please",
        "Ich möchte mit einem Menschen sprechen",
        "Je veux parler à un humain",
        "Quiero hablar con una persona",
        "Vorrei parlare con un operatore",
        "Quero falar com um atendente",
        "Kan ik met een medewerker praten?",
        "Chcę rozmawiać z człowiekiem",
        "Jag vill prata med en människa",
        "Jeg vil gerne tale med et menneske",
        "Gerçek bir insanla görüşmek istiyorum",
        "Chci mluvit s člověkem",
        "Позовите оператора",
        "转人工",
    ];
    for text in texts {
        assert!(signals(text).human_request, "missed: {text}");
    }
    for text in [
        "Who runs human resources?",
        "How many people work there?",
        "Is the bot included in the price?",
        "Are you a bot?",
    ] {
        assert!(!signals(text).human_request, "false alarm: {text}");
    }
}

#[test]
fn legal_threats_are_heard() {
    let texts = [
        "You will hear from my lawyer",
        "I am going to sue you",
        "We will take legal action",
        "Mein Anwalt wird sich melden",
        "Ich werde Sie verklagen",
        "Je vais porter plainte",
        "Mon avocat vous écrira",
        "Voy a tomar acciones legales",
        "Procederò per vie legali",
        "Vou processar vocês",
        "Ik schakel mijn advocaat in",
        "Skieruję sprawę do sądu",
        "Min advokat kontaktar er",
        "Jeg overvejer retslige skridt",
        "Avukatım sizi arayacak",
        "Obrátím se na soud, můj právník vám napíše",
        "Я подам в суд",
    ];
    for text in texts {
        assert!(signals(text).legal_threat, "missed: {text}");
    }
    for text in ["Is it legal size paper?", "Susan will send it", "The court yard is lovely"] {
        assert!(!signals(text).legal_threat, "false alarm: {text}");
    }
}

#[test]
fn self_harm_is_heard() {
    let texts = [
        "I want to kill myself",
        "sometimes I don't want to live",
        "Ich will nicht mehr leben",
        "J’ai envie de mourir",
        "Quiero morirme",
        "Voglio morire",
        "Quero morrer",
        "Ik wil niet meer leven",
        "Nie chcę już żyć",
        "Jag vill inte leva",
        "Jeg har tanker om selvmord",
        "Ölmek istiyorum",
        "Nechci už žít",
        "Не хочу жить",
        "死にたい",
    ];
    for text in texts {
        assert!(signals(text).self_harm, "missed: {text}");
    }
    for text in ["This deadline is killing me", "I will do it", "The battery died"] {
        assert!(!signals(text).self_harm, "false alarm: {text}");
    }
}

#[test]
fn greeting_and_signature_come_off() {
    let cases = [
        ("Hi Anna,\n\nPlease call me.\n\nBest regards,\nTom Miller\nACME Ltd\n+1 555 0100", "Please call me."),
        ("Hi Anna, please call me.\nThanks,\nTom", "please call me."),
        (
            "Sehr geehrte Frau Weber,\n\nbitte rufen Sie mich an.\n\nMit freundlichen Grüßen\nTom Maier",
            "bitte rufen Sie mich an.",
        ),
        ("Bonjour Madame,\nRappelez-moi.\nCordialement,\nLuc", "Rappelez-moi."),
        ("Hola Ana:\nLlámame mañana.\nUn saludo,\nLuis", "Llámame mañana."),
        ("Buongiorno,\nmi chiami domani.\nCordiali saluti\nLuca", "mi chiami domani."),
        ("Bom dia,\nligue-me amanhã.\nCumprimentos,\nRui", "ligue-me amanhã."),
        ("Beste Jan,\nbel me morgen.\nMet vriendelijke groet,\nPiet", "bel me morgen."),
        ("Dzień dobry,\nproszę zadzwonić.\nPozdrawiam\nEwa", "proszę zadzwonić."),
        ("Hej Eva!\nRing mig i morgon.\nMed vänlig hälsning\nLars", "Ring mig i morgon."),
        ("Kære Mette\nRing til mig i morgen.\nVenlig hilsen\nJens", "Ring til mig i morgen."),
        ("Merhaba,\nbeni yarın arayın.\nSaygılarımla\nAli", "beni yarın arayın."),
        ("Dobrý den,\nzavolejte mi zítra.\nS pozdravem\nPetr", "zavolejte mi zítra."),
        ("Call me tomorrow\n-- \nTom", "Call me tomorrow"),
        ("Call me tomorrow\n\nSent from my iPhone", "Call me tomorrow"),
        ("Call me.\nBest,\nTom\nPS: remove me from your list", "Call me.\nPS: remove me from your list"),
    ];
    for (text, wanted) in cases {
        assert_eq!(strip(text), wanted, "{text}");
    }
}

#[test]
fn stripping_never_empties_and_spares_what_is_said() {
    let kept = [
        "Hi",
        "Hello Anna,",
        "Thanks",
        "Thanks!\nTom",
        "Best regards",
        "Hi Anna,\nThanks,\nTom",
        "--",
        "Best price please",
        "Thanks, but we already have a tool.",
        "Hello, is anybody there?",
        "Dear customers are rare",
        "Stop",
    ];
    for text in kept {
        assert!(strip(text).chars().any(char::is_alphanumeric) || text == "--", "emptied: {text}");
    }
    assert_eq!(strip("Best price please"), "Best price please");
    assert_eq!(strip("Thanks, but we already have a tool."), "Thanks, but we already have a tool.");
    assert_eq!(
        strip("Thanks for the demo.\nCan you send the price list to all of us?"),
        "Thanks for the demo.\nCan you send the price list to all of us?"
    );
    assert_eq!(strip(""), "");
}

fn read(intents: &[(&str, &[&str])], text: &str, subject: Option<&str>) -> Classification {
    let examples: Vec<(String, String)> = intents
        .iter()
        .flat_map(|(intent, texts)| texts.iter().map(|text| ((*intent).to_owned(), (*text).to_owned())))
        .collect();
    let classifier = EmbeddedClassifier::train(&examples).unwrap();
    classifier.read(&ClassifyInput { channel: ChannelKind::Email, subject, text })
}

const PRICE: (&str, &[&str]) =
    ("price", &["How much is it?", "What does the large plan cost?", "Send me the price list"]);
const MEETING: (&str, &[&str]) =
    ("meeting", &["Can we meet on Monday?", "Let us have a call", "When are you free to talk?"]);

#[test]
fn rules_decide_only_for_intents_the_policy_declares() {
    for name in ["unsubscribe", "opt_out"] {
        let answer = read(&[PRICE, MEETING, (name, &["no more of this"])], "Please take me off your list", None);
        assert_eq!(answer.intent.as_deref(), Some(name));
        assert!(answer.confidence >= 0.95 && answer.margin > 0.5, "{answer:?}");
    }
    let answer = read(&[PRICE, MEETING, ("human_request", &["give me someone"])], "I want to talk to a human", None);
    assert_eq!(answer.intent.as_deref(), Some("human_request"));
    assert!(answer.confidence >= 0.95);
    for text in ["Please take me off your list", "I want to talk to a human", "My lawyer will call. How much is it?"] {
        let answer = read(&[PRICE, MEETING], text, None);
        assert!(answer.confidence <= 0.3, "{text}: {answer:?}");
    }
}

#[test]
fn a_trap_lowers_the_confidence_and_is_no_opt_out() {
    let unsubscribe = ("unsubscribe", &["Unsubscribe", "unsubscribe me please", "how do I unsubscribe"][..]);
    let answer = read(&[PRICE, MEETING, unsubscribe], "How do I unsubscribe my customers?", None);
    assert!(answer.confidence <= 0.3, "{answer:?}");
}

#[test]
fn a_subject_counts_for_the_rules_unless_it_answers_ours() {
    let unsubscribe = ("unsubscribe", &["take me off"][..]);
    let intents = [PRICE, MEETING, unsubscribe];
    assert_eq!(read(&intents, "", Some("Unsubscribe")).intent.as_deref(), Some("unsubscribe"));
    assert_eq!(read(&intents, "", Some("Re: Unsubscribe")).intent, None);
}

#[test]
fn blank_texts_and_foreign_languages_are_left_to_people() {
    for text in ["", "  \n ", "?!", "👍", "—"] {
        let answer = read(&[PRICE, MEETING], text, None);
        assert_eq!((answer.intent, answer.confidence, answer.margin), (None, 0.0, 0.0), "{text:?}");
    }
    let german = "Können Sie mir bitte sagen, was das große Paket kosten würde?";
    let answer = read(&[PRICE, MEETING], german, None);
    assert_eq!((answer.intent, answer.language.as_deref()), (None, Some("de")));
    assert!(answer.confidence <= 0.3);
    let both = [
        ("price", &["How much is the large plan?", "Was kostet das große Paket bei Ihnen?"][..]),
        ("meeting", &["Can we meet on Monday morning?", "Können wir uns am Montag treffen?"][..]),
    ];
    assert_eq!(read(&both, german, None).intent.as_deref(), Some("price"));
}

#[test]
fn a_request_hidden_in_the_signature_reaches_a_person() {
    let text = "How much is it?\nThanks,\nplease unsubscribe me";
    assert_eq!(strip(text), "How much is it?");
    let answer = read(&[PRICE, MEETING], text, None);
    assert!(answer.confidence <= 0.3, "{answer:?}");
}
