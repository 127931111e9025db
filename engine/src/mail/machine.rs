//! Tells machine mail from people's mail: headers and structure first, words last.

use std::sync::LazyLock;

use regex::Regex;

use super::header::Head;
use super::parse::Leaf;
use super::{Complaint, Mail, MailKind, bounce, bounce_text};

/// Subjects that mail programs put before an automatic answer, at the start and with a colon or as the whole subject.
static AUTO_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = [
        "auto",
        "auto[ -]?reply",
        "auto[ -]?response",
        "automatic (reply|response)",
        "automated (reply|response)",
        "out of (the )?office( (auto ?reply|reply|message|notification))?",
        "vacation( reply)?",
        "away from (my )?(mail|desk|office)",
        "abwesenheits(notiz|nachricht|meldung|assistent)",
        "(abwesenheit|abwesend)",
        "automatische (antwort|e-?mail-antwort)",
        "nicht im (büro|haus)",
        "r[ée]ponse automatique",
        "absence du bureau",
        "message d.absence",
        "absen(t|ce)",
        "respuesta autom[áa]tica",
        "fuera de (la )?oficina",
        "resposta autom[áa]tica",
        "fora do escrit[óo]rio",
        "ausência",
        "risposta automatica",
        "fuori ufficio",
        "assente",
        "automatisch antwoord",
        "afwezig(heid(sbericht)?)?",
        "autosvar",
        "automatiskt? svar",
        "frånvaro(meddelande)?",
        "fraværsbesked",
        "fravær",
        "automaattinen vastaus",
        "poissa",
        "autoodpowied[źz]",
        "odpowied[źz] automatyczna",
        "automatická odpov[ěe][ďd]",
        "otomatik (yan[ıi]t|cevap)",
        "automatikus válasz",
        "автоответ(чик)?",
        "автоматический ответ",
        "αυτόματη απάντηση",
        "自動返信",
        "自動応答",
        "自动回复",
        "自動回覆",
        "자동 ?응답",
        "부재중",
    ];
    Regex::new(&format!(r"(?i)^\s*\[?(?:re: *)?(?:{})\]?\s*(?:[:：!]|\]|-\s|$)", words.join("|"))).ok()
});

/// First words of a text that only an answering machine writes.
static AUTO_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s\W]*(this is an (automatic|automated|auto)[ -]?(generated )?(reply|response|answer)\b|dies ist eine (automatische (antwort|e-?mail|nachricht)|automatisch (generierte|erstellte))|ceci est une r[ée]ponse automatique|esta es una respuesta autom[áa]tica|questa è una risposta automatica|esta é uma resposta automática|dit is een automatisch (antwoord|bericht))",
    )
    .ok()
});

/// First words that a person may write too, but hardly as an answer: absence, and what happens meanwhile.
static ABSENCE_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?is)^.{0,120}\b(i am|i'm|i will be) (currently )?(out of (the )?office|on vacation|on holiday|on leave|away from (the|my) (office|desk|mail))\b[^?]{0,300}(limited access|no access|(will|shall) (reply|respond|answer|get back|return|be back)|in urgent|if (it is|it's|this is|your (request|matter|mail) is) urgent|please contact)|^.{0,120}\bich bin [^?]{0,60}(nicht im (büro|haus)|im urlaub|abwesend|außer haus)\b[^?]{0,300}(dringend|vertret|wenden sie sich|beantworte|zurück)",
    )
    .ok()
});

/// Fields that only automatic answers carry.
const AUTO_FIELDS: [&str; 9] = [
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-autoreply-to",
    "x-autoreplied",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-vacation",
];

/// Fields that only mailing lists and bulk senders set.
const LIST_FIELDS: [&str; 8] = [
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-subscribe",
    "mailing-list",
    "x-mailing-list",
    "feedback-id",
];

/// Sets kind, bounce, complaint and the flags about automatic answers.
pub(super) fn judge(mail: &mut Mail, head: &Head, leaves: &[Leaf]) {
    mail.own_loop = head.fields().iter().any(|field| field.name.starts_with("x-remit-"));
    mail.return_path = head.text("return-path").map(|path| {
        let bare = path.trim().trim_start_matches('<').trim_end_matches('>').trim().to_owned();
        // Some servers write the null sender as a name.
        if bare.eq_ignore_ascii_case("mailer-daemon") { String::new() } else { bare }
    });
    mail.authentication_results = head
        .fields()
        .iter()
        .filter(|field| field.name == "authentication-results")
        .map(|field| String::from_utf8_lossy(&field.value).into_owned())
        .take(20)
        .collect();
    let precedence = head.lower("precedence");
    mail.precedence_bulk =
        matches!(precedence.trim(), "bulk" | "list" | "junk") || LIST_FIELDS.iter().any(|name| head.has(name));
    let suppress = head.lower("x-auto-response-suppress");
    mail.suppress_auto_reply = !matches!(suppress.trim(), "" | "none");
    for leaf in leaves {
        let warning = match leaf.media_type.as_str() {
            "text/calendar" => "calendar",
            "multipart/encrypted" | "application/pkcs7-mime" | "application/x-pkcs7-mime" => "encrypted",
            "text/vnd.google.email-reaction+json" => "reaction",
            _ => continue,
        };
        if !mail.warnings.iter().any(|known| known == warning) {
            mail.warnings.push(warning.to_owned());
        }
    }
    if let Some(complaint) = complaint(mail, head, leaves) {
        mail.kind = MailKind::Complaint;
        mail.complaint = Some(complaint);
        return;
    }
    let entries = bounce::entries(mail, head, leaves).or_else(|| bounce_text::entries(mail, head, leaves));
    if let Some(entries) = entries {
        mail.kind = MailKind::Bounce;
        mail.bounce = entries;
    } else if is_auto_reply(mail, head) {
        mail.kind = MailKind::AutoReply;
    }
}

/// Type and parameters of the whole mail, in lower case.
pub(super) fn content_type(head: &Head) -> String {
    head.lower("content-type")
}

/// True when the author is a mail system rather than a person.
pub(super) fn from_mail_system(mail: &Mail) -> bool {
    let address = mail.from.as_deref().unwrap_or_default().to_lowercase();
    let local = address.split('@').next().unwrap_or_default().to_owned();
    let name = mail.from_name.as_deref().unwrap_or_default().to_lowercase();
    let daemon = |text: &str| {
        ["mailer-daemon", "mailerdaemon", "maildaemon", "mail-daemon", "mdaemon", "mmdf", "mail.delivery"]
            .iter()
            .any(|word| text.contains(word))
    };
    daemon(&local)
        || daemon(&name)
        || matches!(
            local.as_str(),
            "postmaster" | "post_master" | "postmast" | "bounces" | "bounce" | "mailadmin" | "daemon" | "uucp"
        )
        || [
            "mail delivery",
            "delivery subsystem",
            "mail administrator",
            "mail system",
            "postmaster",
            "internet mail service",
        ]
        .iter()
        .any(|word| name.contains(word))
}

fn is_auto_reply(mail: &Mail, head: &Head) -> bool {
    let submitted = head.lower("auto-submitted");
    let submitted = submitted.split([';', '(', ' ']).next().unwrap_or_default();
    let by_field = !matches!(submitted, "" | "no")
        || AUTO_FIELDS.iter().any(|name| head.has(name) && !matches!(head.lower(name).trim(), "no" | "false" | "0"))
        || head.lower("x-post-messageclass").contains("autoresponder")
        || matches!(head.lower("precedence").trim(), "auto_reply" | "auto-reply" | "autoreply")
        || matches!(head.lower("delivered-to").trim(), "autoresponder" | "responder")
        || head.lower("x-autogenerated").contains("repl")
        || head.lower("x-facebook-notify").contains("auto");
    let by_structure = content_type(head).contains("disposition-notification")
        || mail.warnings.iter().any(|warning| warning == "reaction")
        || mail.return_path.as_deref() == Some("")
        || from_mail_system(mail);
    if by_field || by_structure {
        return true;
    }
    let tagged = mail.subject.to_lowercase();
    let tagged = ["(autoreply)", "(auto-reply)", "[auto-reply]", "[autoreply]", "[out of office]", "(out of office)"]
        .iter()
        .any(|tag| tagged.contains(tag));
    let by_subject = tagged || AUTO_SUBJECT.as_ref().is_some_and(|pattern| pattern.is_match(&mail.subject));
    let start: String = mail.text.chars().take(800).collect();
    let says = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(&start));
    let answers = mail.in_reply_to.is_some() || super::base_subject(&mail.subject) != mail.subject;
    by_subject || says(&AUTO_TEXT) || (answers && says(&ABSENCE_TEXT))
}

/// Reads an ARF report (RFC 5965), or Microsoft's older form of one.
fn complaint(mail: &Mail, head: &Head, leaves: &[Leaf]) -> Option<Complaint> {
    let report = leaves.iter().find(|leaf| leaf.media_type == "message/feedback-report");
    let declared = content_type(head).contains("feedback-report");
    if report.is_none() && !declared {
        let embedded = leaves.iter().find(|leaf| leaf.media_type == "message/rfc822");
        let embedded = embedded.map(|leaf| Head::parse(leaf.text.trim_start().as_bytes())).unwrap_or_default();
        let microsoft = [head, &embedded].iter().find_map(|head| head.text("x-hmxmroriginalrecipient"));
        let subject = mail.subject.to_lowercase();
        return (microsoft.is_some() && subject.starts_with("complaint about message"))
            .then(|| Complaint { feedback_type: "abuse".to_owned(), recipient: microsoft });
    }
    let text = report.map(|leaf| leaf.text.as_str()).unwrap_or_default();
    let fields = Head::parse(text.trim_start().as_bytes());
    let feedback_type = fields.lower("feedback-type").trim().to_owned();
    let recipient = ["original-rcpt-to", "removal-recipient", "original-recipient"]
        .iter()
        .find_map(|name| fields.text(name))
        .map(|value| bounce::bare_address(&value))
        .filter(|address| address.contains('@'));
    let feedback_type = if feedback_type.is_empty() { "abuse".to_owned() } else { feedback_type };
    Some(Complaint { feedback_type, recipient })
}
