//! Words that are wrong wherever they stand: promises, places never filled, a model's talk about itself, insults.

use std::sync::LazyLock;

use regex::Regex;

use super::text::Trusted;
use super::{Check, Found};

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// What a court would hold us to, in the languages of our customers.
static PROMISES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:
        (?:we|i)\s(?:hereby\s)?(?:guarantee|promise|commit\sto|accept|agree\sto|confirm\s(?:that|your)|assure|undertake|waive)
        |guaranteed?|(?:you\shave|with)\s(?:my|our)\sword
        |(?:we|i)(?:\swill|'ll|\scan|\sare\sable\sto|\sam\sable\sto|'ve|\shave)\s(?:also\s|gladly\s|happily\s|fully\s|already\s|just\s|immediately\s)*
            (?:refund(?:ed)?|reimburs\w+|compensat\w+|credit(?:ed)?|cancel(?:l?ed)?|waived?|reduced?|discount(?:ed)?|replaced?|extend(?:ed)?|upgrad\w+|deliver(?:ed)?|ship(?:ped)?|match(?:ed)?|pay|paid|transfer(?:red)?|delete[d]?|grant(?:ed)?|approved?|offer(?:ed)?)
        |(?:your|the|a)\s(?:full\s|partial\s)?(?:refund|discount|credit|order|contract|request|claim|booking|cancellation|application|upgrade|payment)\s(?:is|was|has\sbeen|will\sbe)\s(?:now\s|hereby\s|fully\s|already\s)*(?:confirmed|approved|accepted|granted|refunded|cancel+ed|applied|processed|issued|waived|guaranteed|paid|done)
        |(?:full|partial|complete)\srefund|money[\s-]back|free\sof\scharge|at\sno\s(?:extra\s)?(?:cost|charge)|for\sfree|free\s(?:upgrade|month|year|replacement|trial)
        |special\s(?:price|offer|discount)|lifetime\s(?:access|licen[cs]e|warranty)|unlimited\s(?:\w+\s){0,2}(?:access|use|licen[cs]es?|support|warranty|liability)
        |(?:we|i)\s(?:are|am)\s(?:fully\s)?(?:liable|at\sfault)|liability|legally\sbinding|binding\s(?:offer|agreement|contract)
        |no\s(?:cancellation|hidden|setup|extra)\s(?:fees?|costs?|charges?)|price\s(?:lock|match)
        |(?:by|until|no\slater\sthan)\s(?:tomorrow|tonight|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday|end\sof\s(?:the\s)?(?:day|week|month))
        |within\s(?:the\snext\s)?(?:an|one|two|three|\d+)\s(?:minutes?|hours?|days?|weeks?|business\sdays?|working\sdays?)
        |(?:wir|ich)\s(?:garantieren?|versprechen?|verpflichten?|erstatten?|sichern?\s\w+\szu|gewähren?|übernehmen?\sdie\s(?:kosten|haftung)|bestätigen?)
        |(?:kostenlos|kostenfrei|gratis|unentgeltlich|garantiert|rechtsverbindlich|geld[\s-]zurück|rückerstattung|gutschrift|sonderpreis|preisnachlass|rabatt|haftung)
        |(?:erstatten|überweisen|stornieren|kündigen|gutschreiben)\swir|bis\s(?:morgen|heute|montag|dienstag|mittwoch|donnerstag|freitag|ende\sder\swoche)|innerhalb\svon\s\w+\s(?:stunden|tagen|wochen)
        |nous\s(?:garantissons|promettons|rembours\w+|confirmons|offrons|acceptons|nous\sengageons)|remboursement|gratuite?(?:ment)?|sans\sfrais|remise|rabais|garantie?s?|d'ici\s(?:demain|lundi|vendredi)|sous\s\d+\s(?:heures|jours)
        |(?:le|les)\s(?:garantizamos|prometemos|reembols\w+|devolveremos|ofrecemos)|(?:garantizamos|prometemos|reembolso|reembolsaremos|gratis|gratuit[oa]|sin\scoste?|sin\scargo|descuento|garantizado|aceptamos\sla\sresponsabilidad)
        |(?:garantiamo|promettiamo|rimbors\w+|gratuit[oa]mente|sconto|entro\sdomani)
        |(?:garantimos|prometemos|reembolsaremos|desconto|grátis|gratuitamente|sem\scusto)
        |(?:wij|we)\s(?:garanderen|beloven|vergoeden)|terugbetaling|korting
        )\b",
    )
});

/// Places that were to be filled.
static UNFILLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x)
        \{\{|\}\}|\{%|%\}|\$\{|<%|%>|\#\{
        |\[(?:[A-Z][A-Z0-9_\s-]{2,40}|(?i:your|insert|add|enter|customer|contact|company|client|recipient|first|last|agent|product|link|date|time|name|amount|price|ihr|name\sder)\b[^\]\n]{0,40})\]
        |<(?i:name|first[_\s]?name|last[_\s]?name|customer|company|placeholder|insert|your|date|link|amount|order)[^>\n]{0,30}>
        |(?i:\blorem\sipsum\b|\bplaceholder\b|\bTBD\b|\bXXX+\b|\bFIXME\b|\bTODO\b)
        |__+[A-Za-z]\w*__+",
    )
});

/// A model about itself or its task.
static MODEL_TALK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?imx)
        \bas\san?\s(?:ai|artificial\sintelligence|language\smodel|large\slanguage|assistant|llm)\b
        |\b(?:i\sam|i'm)\s(?:an?\s)?(?:ai|language\smodel|virtual\sassistant|chatbot|bot)\b
        |\b(?:large\s)?language\smodel\b|\bmy\s(?:training\sdata|instructions|system\sprompt|knowledge\scutoff)\b|\bsystem\sprompt\b|\bdeveloper\smode\b
        |\bi\s(?:cannot|can't|can\snot|am\sunable\sto|am\snot\sable\sto)\s(?:help|assist|comply|fulfil+|answer|provide|access|browse)\b
        |\bhere\s(?:is|are|'s)\s(?:a|an|the|your|my)\s(?:\w+\s)?(?:draft|reply|response|email|answer|version|message)\b|\bhere's\s(?:a|the|your)\s(?:\w+\s)?(?:draft|reply|response)\b
        |\b(?:previous|prior|above)\sinstructions\b|\bprompt\sinjection\b
        |^\s*(?:subject|betreff|objet|asunto|system|assistant|user|human|ai|draft|response|antwort)\s?:
        |```|^\s*\{\s*"|</?(?:system|assistant|user|message|untrusted|instructions|thinking|think|answer|draft)\b|<\|[a-z_]+\|>|\[/?INST\]
        |\bals\s(?:ki|künstliche\sintelligenz|sprachmodell|ki-\w+)\b|\bich\sbin\s(?:eine?\s)?(?:ki|sprachmodell|chatbot)\b
        |\ben\stant\squ(?:'|e\s)(?:ia|intelligence\sartificielle|modèle\sde\slangage)\b|\bcomo\s(?:una?\s)?(?:ia|inteligencia\sartificial|modelo\sde\slenguaje)\b
        |^(?:certainly|sure|of\scourse|absolutely)[!,]\s(?:here|i've|i\shave|below)\b"#,
    )
});

static ATTACHMENTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:(?:is|are|i've|i\shave|we've|we\shave|please\sfind|see\sthe|find\sthe)\s(?:also\s)?attached|attached\s(?:is|are|you|please|to\sthis|below|file|document|pdf|invoice)
        |(?:see|in)\sthe\sattachment|please\sfind\s(?:enclosed|attached)|enclosed\s(?:is|are|you|please)
        |anbei|im\sanhang|beigefügt|angehängt|ci-joint[es]*|en\spièce\sjointe|adjunt[oa]s?|en\sadjunto|in\sallegato|em\sanexo|in\sde\sbijlage|bijgevoegd)\b",
    )
});

static INSULTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:idiot\w*|moron\w*|stupid|dumb(?:ass)?|asshole|bastard|shut\sup|fuck\w*|shit\w*|bullshit|damn|crap|loser|pathetic|retard\w*|your\sown\sfault|go\sto\shell|get\slost
        |dumm(?:kopf)?|blöd\w*|scheiß\w*|scheiss\w*|arschloch|trottel|halt\sden\smund|selbst\sschuld|connard|imbécile|merde|ta\sgueule|estúpid[oa]|idiota|imbécil|mierda|cállate|stupido|cretino|cazzo|burro|porra|stom|klootzak)\b",
    )
});

/// Whether a sentence promises something.
pub(super) fn promises(sentence: &str) -> bool {
    PROMISES.as_ref().is_none_or(|pattern| pattern.is_match(sentence))
}

pub(super) fn look(trusted: &Trusted<'_>, found: &mut Found<'_, '_>) {
    let text = found.text.all;
    let lists: [(&LazyLock<Option<Regex>>, Check, &str); 5] = [
        (&UNFILLED, Check::Unfilled, "a place that was to be filled"),
        (&PROMISES, Check::Promise, "this commits us, and the policy's own text does not say it"),
        (&MODEL_TALK, Check::ModelTalk, "this is about the model or its task, not for the customer"),
        (&ATTACHMENTS, Check::Attachment, "nothing is attached"),
        (&INSULTS, Check::Tone, "this insults"),
    ];
    for (pattern, check, says) in lists {
        let Some(pattern) = pattern.as_ref() else { continue };
        for hit in pattern.find_iter(text) {
            // The template's author wrote it knowingly. Not so the passages of a help page: what they say of everybody is
            // a promise when it is said to one.
            let known = match check {
                Check::Unfilled => false,
                Check::Promise => trusted.in_template(hit.as_str()),
                _ => trusted.says(hit.as_str()),
            };
            if !known {
                found.add(check, hit.start(), hit.end(), says);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_pattern() {
        for list in [&PROMISES, &UNFILLED, &MODEL_TALK, &ATTACHMENTS, &INSULTS] {
            assert!(list.is_some());
        }
    }
}
