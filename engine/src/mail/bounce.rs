//! Delivery status notifications: the machine-readable part (RFC 3464) and what a failure means (RFC 3463).

use std::sync::LazyLock;

use regex::Regex;

use super::bounce_words::{Cause, cause as cause_of, refused_after_data};
use super::header::Head;
use super::parse::Leaf;
use super::{BounceEntry, Mail, bounce_text, machine};

/// Recipients of one notification that are kept.
const MAX_RECIPIENTS: usize = 200;

static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[^0-9.])([245]\.[0-9]{1,2}\.[0-9]{1,3})(?:[^0-9.]|\.?(?:\s|$)|\.[^0-9])").ok());

/// Reads the per-recipient fields of a notification; `None` when the mail has no machine-readable part.
pub(super) fn entries(mail: &Mail, head: &Head, leaves: &[Leaf]) -> Option<Vec<BounceEntry>> {
    let declared = machine::content_type(head).contains("delivery-status");
    let reports: Vec<&Leaf> = leaves.iter().filter(|leaf| is_report(leaf)).collect();
    if reports.is_empty() && !declared {
        return None;
    }
    let words = bounce_text::report_text(mail, leaves);
    let mut entries: Vec<BounceEntry> = Vec::new();
    // Gateways flatten reports into plain text.
    let flattened = leaves.iter().filter(|leaf| reports.is_empty() && leaf.media_type != "message/rfc822");
    for block in reports.iter().copied().chain(flattened).flat_map(|leaf| blocks(&leaf.text)).take(MAX_RECIPIENTS * 2) {
        if let Some(entry) = entry(&block, &words) {
            add(&mut entries, entry);
        }
    }
    if entries.is_empty() {
        entries = bounce_text::recipients(mail, head, &words);
    }
    if let [only] = entries.as_mut_slice() {
        // A lone recipient's report may keep its reason in the words for people.
        sharpen(only, &words);
    }
    Some(entries)
}

fn is_report(leaf: &Leaf) -> bool {
    matches!(leaf.media_type.as_str(), "message/delivery-status" | "message/global-delivery-status")
}

/// Splits a report into its blocks of fields.
fn blocks(text: &str) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut block = String::new();
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !block.is_empty() {
                heads.push(Head::parse(block.as_bytes()));
                block.clear();
            }
        } else {
            block.push_str(line);
            block.push('\n');
        }
    }
    heads
}

fn entry(block: &Head, words: &str) -> Option<BounceEntry> {
    if !block.has("final-recipient") && !block.has("original-recipient") && !block.has("x-actual-recipient") {
        return None;
    }
    let named = |field: &str| block.text(field).map(|value| bare_address(&value)).filter(|address| !address.is_empty());
    // The original recipient is the address that we wrote to; the final one may be an alias behind it.
    let order = ["original-recipient", "final-recipient", "x-actual-recipient"];
    let recipient = order
        .iter()
        .find_map(|field| named(field).filter(|address| address.contains('@')))
        .or_else(|| order.iter().find_map(|field| named(field)))
        .unwrap_or_default();
    let diagnostic = block.text("diagnostic-code").map(|code| {
        let code = code.trim();
        match code.split_once(';') {
            Some((kind, rest)) if kind.trim().len() <= 20 && !kind.trim().contains(' ') => rest.trim().to_owned(),
            _ => code.to_owned(),
        }
    });
    let stated = block.text("status").and_then(|status| find_status(&status));
    let inner = diagnostic.as_deref().and_then(find_status);
    let action = block.lower("action");
    let action =
        action.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or("failed").to_owned();
    let mut entry = BounceEntry { recipient, status: better_status(stated, inner), hard: false, action, diagnostic };
    let mut reason = entry.diagnostic.clone().unwrap_or_default();
    if reason.len() < 12 {
        reason = bounce_text::words_about(words, &entry.recipient);
        if is_vague(entry.status.as_deref()) {
            entry.status = better_status(entry.status.take(), find_status(&reason));
        }
    }
    if refused_after_data(words) {
        reason.push_str(" refused after data");
    }
    entry.hard = is_hard(entry.status.as_deref(), &entry.action, &reason);
    Some(entry)
}

/// Improves the only entry by the words for people when its own fields say too little.
fn sharpen(entry: &mut BounceEntry, words: &str) {
    if is_vague(entry.status.as_deref()) {
        entry.status = better_status(entry.status.take(), find_status(words));
    }
    if entry.diagnostic.is_none() && !refused_after_data(words) {
        entry.hard |= is_hard(entry.status.as_deref(), &entry.action, words);
    }
}

fn add(entries: &mut Vec<BounceEntry>, entry: BounceEntry) {
    let known = entries.iter().any(|known| known.recipient.eq_ignore_ascii_case(&entry.recipient));
    if !known && entries.len() < MAX_RECIPIENTS {
        entries.push(entry);
    }
}

/// `rfc822; <A@b>` as `A@b`.
pub(super) fn bare_address(value: &str) -> String {
    let value = value.trim();
    let value = match value.split_once(';') {
        Some((kind, rest)) if !kind.contains('@') && !rest.trim().is_empty() => rest.trim(),
        _ => value,
    };
    let inner = match (value.find('<'), value.rfind('>')) {
        (Some(start), Some(end)) if start < end => value.get(start + 1..end).unwrap_or(value),
        _ => value,
    };
    inner.trim().trim_matches(|c: char| c.is_whitespace() || "<>\"'(),;".contains(c)).to_owned()
}

/// First RFC 3463 status in a text, the parts of IP addresses left out.
pub(super) fn find_status(text: &str) -> Option<String> {
    let pattern = STATUS.as_ref()?;
    let found: Vec<String> = pattern
        .captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .map(|status| status.as_str().to_owned())
        .take(20)
        .collect();
    found.iter().find(|status| !is_vague(Some(status))).or(found.first()).cloned()
}

/// A status that names no subject (`5.0.0`), or none at all.
fn is_vague(status: Option<&str>) -> bool {
    status.is_none_or(|status| status.ends_with(".0.0"))
}

/// The more telling of the stated status and the one in the server's words.
fn better_status(stated: Option<String>, inner: Option<String>) -> Option<String> {
    match (stated, inner) {
        (Some(stated), Some(inner)) => {
            // The refusing server knows better than the one that reports.
            Some(if is_vague(Some(&inner)) { stated } else { inner })
        }
        (stated, inner) => stated.or(inner),
    }
}

/// True when the address itself is at fault for good: no such mailbox, no such domain, moved. A full mailbox, a
/// refusal for policy, size or reputation, or a disabled account is not: such an address may work again.
pub(super) fn is_hard(status: Option<&str>, action: &str, reason: &str) -> bool {
    if matches!(action, "delayed" | "delivered" | "relayed" | "expanded") {
        return false;
    }
    let status = status.unwrap_or_default();
    let cause = cause_of(reason);
    match status {
        _ if status.starts_with(['2', '4']) => false,
        "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" => cause != Some(Cause::Full),
        "5.2.2" | "5.2.3" | "5.3.4" | "5.4.7" => false,
        _ if status.starts_with("5.7.") || status.starts_with("5.6.") || matches!(status, "5.1.7" | "5.1.8") => false,
        "5.4.4" => !matches!(cause, Some(Cause::Full | Cause::Expired)),
        _ => matches!(cause, Some(Cause::Unknown)),
    }
}
