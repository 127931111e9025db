//! From bytes to the fields of [`Mail`], before anything is judged.

use mail_parser::{Address, Encoding, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::header::{self, Head};
use super::{Attachment, Mail, MailKind, charset, html, machine, prepare, reading, visible};

/// Parts of one mail that are looked at.
const MAX_PARTS: usize = 200;
const MAX_ATTACHMENTS: usize = 100;
const MAX_ADDRESSES: usize = 1_000;
/// Longest text kept, in bytes.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// A leaf of the MIME tree, as the detection of machine mail needs it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// `text/plain`, in lower case.
    pub(super) media_type: String,
    /// Decoded text, for leaves that are text or header-like.
    pub(super) text: String,
}

/// Reads one mail.
pub(super) fn parse(raw: &[u8]) -> Mail {
    let mut warnings = Vec::new();
    let bytes = prepare::prepare(raw, &mut warnings);
    let head = Head::parse(&bytes);
    if head.is_empty() {
        return unparsable(raw, "no_header");
    }
    let Some(message) = MessageParser::default().parse(bytes.as_ref()) else {
        return unparsable(raw, "no_structure");
    };
    let mut mail = Mail { warnings, ..Mail::default() };
    read_head(&mut mail, &head, &message);
    let leaves = read_body(&mut mail, &message, &head, &bytes);
    machine::judge(&mut mail, &head, &leaves);
    mail.language = crate::language::detect(&mail.visible_text).map(str::to_owned);
    mail
}

/// What is left of a mail that could not be parsed.
pub(super) fn unparsable(raw: &[u8], warning: &str) -> Mail {
    let text = cap(charset::decode(raw.get(..raw.len().min(MAX_TEXT_BYTES)).unwrap_or_default(), None));
    let visible_text = text.trim().to_owned();
    Mail { kind: MailKind::Unparsable, text, visible_text, warnings: vec![warning.to_owned()], ..Mail::default() }
}

fn read_head(mail: &mut Mail, head: &Head, message: &Message<'_>) {
    mail.subject = head.text("subject").unwrap_or_default();
    mail.message_id = head.raw("message-id").and_then(|value| header::ids(value).into_iter().next());
    let mut answered = head.raw("in-reply-to").map(header::ids).unwrap_or_default().into_iter();
    mail.in_reply_to = answered.next();
    mail.references = head.raw("references").map(header::ids).unwrap_or_default();
    for further in answered {
        if !mail.references.contains(&further) {
            mail.references.push(further);
        }
    }
    // The first counts; a mail with two was made by somebody who wants to be read as another.
    let mut froms = message.header_values(HeaderName::From);
    let authors = addresses(froms.next().and_then(|value| value.as_address()));
    if froms.next().is_some() {
        mail.warnings.push("several_from".to_owned());
    }
    if let Some((name, address)) = authors.iter().find(|(_, address)| !address.is_empty()) {
        mail.from = Some(address.clone());
        mail.from_name = repaired_name(name.as_deref(), head, "from");
    } else {
        mail.from_name = authors.first().and_then(|(name, _)| name.clone());
        mail.from = head
            .raw("from")
            .filter(|value| value.contains(&b'<'))
            .and_then(|value| header::ids(value).into_iter().next());
        mail.from = mail.from.take().filter(|address| address.contains('@'));
    }
    mail.to =
        message.all_to().flat_map(|list| addresses(Some(list))).filter_map(non_empty).take(MAX_ADDRESSES).collect();
    mail.cc =
        message.all_cc().flat_map(|list| addresses(Some(list))).filter_map(non_empty).take(MAX_ADDRESSES).collect();
    const DELIVERED: [&str; 4] = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
    let delivered = head.fields().iter().filter(|field| DELIVERED.contains(&field.name.as_str()));
    let delivered = delivered.map(|field| String::from_utf8_lossy(&field.value).trim().to_owned());
    mail.delivered_to = delivered.filter(|address| address.contains('@')).take(20).collect();
    let reply_to = addresses(message.reply_to()).into_iter().find_map(non_empty);
    mail.reply_to = reply_to.filter(|to| mail.from.as_ref().is_none_or(|from| !from.eq_ignore_ascii_case(to)));
    mail.date_ms = message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp() * 1_000);
    mail.date_ms = mail.date_ms.or_else(|| head.text("date").and_then(|text| lenient_date(&text)));
    let plausible = 31_536_000_000..4_102_444_800_000_i64;
    if head.has("date") && !mail.date_ms.is_some_and(|ms| plausible.contains(&ms)) {
        mail.date_ms = None;
        mail.warnings.push("bad_date".to_owned());
    }
    mail.date = mail.date_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).map(|at| at.to_string());
    for (name, warning) in
        [("from", "several_from"), ("content-type", "several_content_types"), ("subject", "several_subjects")]
    {
        if head.count(name) > 1 {
            mail.warnings.push(warning.to_owned());
        }
    }
    if mail.from.is_none() {
        mail.warnings.push("no_sender".to_owned());
    }
}

fn non_empty((_, address): (Option<String>, String)) -> Option<String> {
    (!address.is_empty()).then_some(address)
}

/// Names and addresses of an address field, groups flattened.
fn addresses(field: Option<&Address<'_>>) -> Vec<(Option<String>, String)> {
    let Some(field) = field else { return Vec::new() };
    let clean = |text: &str| {
        let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect();
        flat.trim().to_owned()
    };
    let entries = field.iter().take(MAX_ADDRESSES).map(|entry| {
        let mut name = entry.name().map(clean).filter(|name| !name.is_empty());
        let mut address = entry.address().map(clean).unwrap_or_default();
        // `From: Mail System` has a phrase where an address should be; a phrase that is an address is one.
        if !address.contains('@') && !address.is_empty() && name.is_none() {
            name = Some(std::mem::take(&mut address));
        } else if address.is_empty() && name.as_ref().is_some_and(|name| name.contains('@') && !name.contains(' ')) {
            address = name.take().unwrap_or_default();
        }
        (name, address)
    });
    entries.collect()
}

/// A display name that the parser could not decode, read again from the raw field.
fn repaired_name(name: Option<&str>, head: &Head, field: &str) -> Option<String> {
    let name = name?;
    if !name.contains('\u{fffd}') {
        return Some(name.to_owned());
    }
    let decoded = head.text(field)?;
    let phrase = decoded.split('<').next().unwrap_or_default().trim().trim_matches('"').trim();
    (!phrase.is_empty()).then(|| phrase.to_owned())
}

/// Dates the parser refuses: RFC 3339, and RFC 5322 with junk behind it.
fn lenient_date(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let core: String = text.split('(').next().unwrap_or(text).trim().to_owned();
    jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(&core)
        .ok()
        .map(|at| at.as_millisecond())
}

/// Fills text, HTML and attachments; returns the leaves.
fn read_body(mail: &mut Mail, message: &Message<'_>, head: &Head, bytes: &[u8]) -> Vec<Leaf> {
    if message.parts.len() > MAX_PARTS {
        mail.warnings.push("too_many_parts".to_owned());
    }
    let mut plain = String::new();
    let mut html_text = reading::Reading::default();
    for part in message.text_bodies().take(MAX_PARTS).filter(|part| matches!(part.body, PartType::Text(_))) {
        push_block(&mut plain, &part_text(message, part));
    }
    let htmls: Vec<String> = message
        .html_bodies()
        .take(MAX_PARTS)
        .filter(|part| matches!(part.body, PartType::Html(_)))
        .map(|part| part_text(message, part))
        .collect();
    let html = htmls.join("\n");
    if !html.trim().is_empty() {
        mail.has_html = true;
        if html::is_hostile(&html) {
            mail.warnings.push("hostile_html".to_owned());
        }
        mail.safe_html = html::safe_html(&html);
        html_text = reading::read_html(&html);
        if html_text.hidden_text {
            mail.warnings.push("hidden_text".to_owned());
        }
    }
    let prefer_html = plain.trim().is_empty() || (is_stand_in(&plain) && !html_text.text.trim().is_empty());
    if prefer_html && mail.has_html {
        mail.text = cap(html_text.text);
        mail.visible_text = visible::visible_text(&cap(html_text.own));
        if mail.visible_text.trim().is_empty() {
            mail.visible_text = visible::visible_text(&mail.text);
        }
    } else {
        mail.text = cap(plain.trim_end().to_owned());
        mail.visible_text = visible::visible_text(&mail.text);
    }
    if mail.text.is_empty() && !mail.has_html {
        // Some mailers mark their only text as an attachment, or name a boundary that never comes.
        let attached = message.parts.iter().take(MAX_PARTS).find(|part| matches!(part.body, PartType::Text(_)));
        let rest = bytes.get(head.body_offset..).unwrap_or_default();
        let text = match attached {
            Some(part) => part_text(message, part),
            None if matches!(message.parts.first().map(|part| &part.body), Some(PartType::Message(_))) => {
                mail.warnings.push("embedded_only".to_owned());
                embedded_text(message)
            }
            // A boundary that is not named, or never comes: all of it is one text.
            None if message.parts.len() == 1
                && (message.attachments.is_empty() || machine::content_type(head).starts_with("multipart/")) =>
            {
                charset::decode(rest, None)
            }
            None => String::new(),
        };
        mail.text = cap(text.trim().to_owned());
        mail.visible_text = visible::visible_text(&mail.text);
    }
    if mail.text.is_empty() {
        mail.warnings.push("no_text".to_owned());
    }
    mail.attachments = attachments(message, &html);
    if message.attachments.len() > MAX_ATTACHMENTS {
        mail.warnings.push("too_many_attachments".to_owned());
    }
    leaves(message)
}

/// Text of a mail that is nothing but another mail.
fn embedded_text(message: &Message<'_>) -> String {
    let mut text = String::new();
    if let Some(PartType::Message(inner)) = message.parts.first().map(|part| &part.body) {
        for part in inner.text_bodies().take(MAX_PARTS).filter(|part| matches!(part.body, PartType::Text(_))) {
            push_block(&mut text, &part_text(inner, part));
        }
    }
    text
}

fn push_block(text: &mut String, block: &str) {
    if !text.is_empty() && !block.trim().is_empty() {
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    text.push_str(block);
}

/// A text part that only says "read the HTML".
fn is_stand_in(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.len() < 300
        && lower.contains("html")
        && ["view", "client", "support", "anzeigen", "afficher"].iter().any(|word| lower.contains(word))
}

fn cap(mut text: String) -> String {
    let mut end = MAX_TEXT_BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A text part's text, decoded again when the parser's reading looks wrong, with `format=flowed` joined.
pub(super) fn part_text(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let parsed = part.text_contents().unwrap_or_default();
    let content_type = part.content_type();
    let label = content_type.and_then(|kind| kind.attribute("charset"));
    let suspicious = parsed.chars().any(|c| matches!(c, '\u{fffd}' | '\u{1b}' | '\u{80}'..='\u{9f}' | '\0'));
    // UTF-7 looks like ASCII, and the parser drops what stands at the end without its padding.
    let is_base64 = part.content_transfer_encoding().is_some_and(|coding| coding.eq_ignore_ascii_case("base64"));
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let cut_short = is_base64 && raw.iter().filter(|byte| byte.is_ascii_graphic()).count() % 4 != 0;
    let suspicious = suspicious
        || part.is_encoding_problem
        || cut_short
        || label.is_some_and(|l| l.to_ascii_lowercase().contains("utf-7"));
    let mut text =
        if suspicious || (label.is_none_or(|l| l.to_ascii_lowercase().contains("ascii")) && !parsed.is_ascii()) {
            let decoded = match part.encoding {
                _ if cut_short || (is_base64 && part.is_encoding_problem) => lenient_base64(raw),
                Encoding::None => Some(raw.to_vec()),
                Encoding::Base64 => mail_parser::decoders::base64::base64_decode(raw),
                Encoding::QuotedPrintable => mail_parser::decoders::quoted_printable::quoted_printable_decode(raw),
            };
            decoded.map_or_else(|| charset::without_nul(parsed), |decoded| charset::decode(&decoded, label))
        } else {
            parsed.to_owned()
        };
    text = text.replace("\r\n", "\n");
    let flowed =
        content_type.and_then(|kind| kind.attribute("format")).is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
    if flowed {
        let delsp =
            content_type.and_then(|kind| kind.attribute("delsp")).is_some_and(|d| d.eq_ignore_ascii_case("yes"));
        text = join_flowed(&text, delsp);
    }
    text
}

/// Base64 among characters that are none, with too few or too many at its end: what can be read. Words with spaces between
/// them were never encoded, and are what they are.
fn lenient_base64(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.split(|byte| *byte == b'\n').any(|line| line.trim_ascii().contains(&b' ')) {
        return Some(raw.to_vec());
    }
    let good = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut letters: Vec<u8> = raw.iter().filter(good).copied().collect();
    // One letter alone says nothing, and what a last one says too much is cut off.
    letters.truncate(letters.len() - usize::from(letters.len() % 4 == 1));
    let mut lenient = data_encoding::Specification::new();
    lenient.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    lenient.check_trailing_bits = false;
    lenient.encoding().ok()?.decode(&letters).ok()
}

/// Joins the soft line breaks of `format=flowed` (RFC 3676) within one quote depth.
fn join_flowed(text: &str, delete_space: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut open_depth: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let body = line.get(depth..).unwrap_or_default();
        let body = body.strip_prefix(' ').unwrap_or(body);
        let signature = body == "-- ";
        if open_depth == Some(depth) && !signature {
            joined.push_str(body);
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(&">".repeat(depth));
            joined.push_str(if depth > 0 { " " } else { "" });
            joined.push_str(body);
        }
        open_depth = (body.ends_with(' ') && !signature).then_some(depth);
        if open_depth.is_some() && delete_space {
            joined.pop();
        }
    }
    joined
}

fn media_type(part: &MessagePart<'_>) -> String {
    match (part.content_type(), &part.body) {
        (Some(kind), _) => match kind.subtype() {
            Some(subtype) => format!("{}/{}", kind.ctype(), subtype).to_ascii_lowercase(),
            None => kind.ctype().to_ascii_lowercase(),
        },
        (None, PartType::Message(_)) => "message/rfc822".to_owned(),
        (None, PartType::Html(_)) => "text/html".to_owned(),
        (None, PartType::Text(_)) => "text/plain".to_owned(),
        (None, _) => "application/octet-stream".to_owned(),
    }
}

fn leaves(message: &Message<'_>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for part in message.parts.iter().take(MAX_PARTS) {
        let text = match &part.body {
            PartType::Text(_) | PartType::Html(_) => part_text(message, part),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) if media_type(part).starts_with("message/") => {
                charset::decode(bytes, None)
            }
            PartType::Message(inner) => inner
                .raw_message
                .get(part.offset_body as usize..part.offset_end as usize)
                .map(|raw| charset::decode(raw, None))
                .unwrap_or_default(),
            _ => String::new(),
        };
        leaves.push(Leaf { media_type: media_type(part), text });
    }
    leaves
}

fn attachments(message: &Message<'_>, html: &str) -> Vec<Attachment> {
    parts(message, html).into_iter().map(|(attachment, _)| attachment).collect()
}

/// One of a mail's attachments, from 0, and its bytes: as [`parse`] lists them.
pub(super) fn attachment(raw: &[u8], at: usize) -> Option<(Attachment, Vec<u8>)> {
    let bytes = prepare::prepare(raw, &mut Vec::new());
    let message = MessageParser::default().parse(bytes.as_ref())?;
    let (attachment, part) = parts(&message, "").into_iter().nth(at)?;
    let contents = match &part.body {
        PartType::Message(_) => bytes.get(part.offset_body as usize..part.offset_end as usize)?,
        _ => part.contents(),
    };
    Some((attachment, contents.to_vec()))
}

/// The attachments of a mail, each with its part.
fn parts<'m>(message: &'m Message<'_>, html: &str) -> Vec<(Attachment, &'m MessagePart<'m>)> {
    let mut kept = Vec::new();
    for part in message.attachments().take(MAX_ATTACHMENTS) {
        let media_type = media_type(part);
        let declared = part
            .content_disposition()
            .and_then(|disposition| disposition.attribute("filename"))
            .or_else(|| part.content_type().and_then(|kind| kind.attribute("name")))
            .map(|name| header::decode_words(name.as_bytes()));
        let name = match (&part.body, declared.map(|name| display_name(&name)).filter(|name| !name.is_empty())) {
            (_, Some(name)) => name,
            (PartType::Message(inner), None) => {
                let subject = display_name(inner.subject().unwrap_or_default());
                if subject.is_empty() { "message.eml".to_owned() } else { format!("{subject}.eml") }
            }
            _ => format!("attachment-{}", kept.len() + 1),
        };
        let size = match &part.body {
            PartType::Multipart(_) => continue,
            PartType::Message(_) => u64::from(part.offset_end.saturating_sub(part.offset_body)),
            _ => part.contents().len() as u64,
        };
        let cid = part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned());
        let content_id = cid.filter(|cid| !cid.is_empty() && html.contains(&format!("cid:{cid}")));
        let inline = content_id.is_some();
        kept.push((Attachment { name, media_type, size, inline, content_id }, part));
    }
    kept
}

/// A file name fit to show: no folders, no control or direction-changing characters, at most 120 characters.
pub(super) fn display_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turning =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let clean: String = base.chars().filter(|c| !c.is_control() && !turning(*c)).collect();
    let clean = clean.trim().trim_start_matches("..").trim();
    let length = clean.chars().count();
    if length <= 120 {
        return clean.to_owned();
    }
    let tail: String = clean.chars().skip(length - 20).collect();
    format!("{}…{tail}", clean.chars().take(99).collect::<String>())
}
