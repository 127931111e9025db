//! Addresses as look-up keys.

/// Normalises a mail address for look-up: no surrounding blanks or angle brackets, no `mailto:`, lower case in both
/// parts (RFC 5321 lets the local part be case-sensitive; no provider in use makes it so). `None` when it holds no
/// `@` with something on both sides.
#[must_use]
pub fn normalise_email(address: &str) -> Option<String> {
    let trimmed = address.trim().trim_start_matches('<').trim_end_matches('>').trim();
    let lower: String = trimmed.to_lowercase().chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let bare = lower.strip_prefix("mailto:").unwrap_or(&lower);
    let (local, domain) = bare.rsplit_once('@')?;
    let domain = domain.trim_end_matches('.');
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}"))
}

/// Normalises a telephone number for look-up: `+` and digits when it is international (a leading `+` or `00`), else
/// the bare digits, which also keeps short codes apart from numbers. `None` for names such as `AMAZON`, and for more
/// than 15 digits (ITU-T E.164).
#[must_use]
pub fn normalise_phone(number: &str) -> Option<String> {
    let trimmed = number.trim();
    let bare = trimmed.strip_prefix("whatsapp:").or_else(|| trimmed.strip_prefix("tel:")).unwrap_or(trimmed).trim();
    if bare.chars().any(char::is_alphabetic) {
        return None;
    }
    let digits: String = bare.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
    let (plus, digits) = match digits.strip_prefix("00") {
        Some(rest) if !bare.starts_with('+') => (true, rest.to_owned()),
        _ => (bare.starts_with('+'), digits),
    };
    let sound = (3..=15).contains(&digits.len());
    sound.then(|| if plus { format!("+{digits}") } else { digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_become_one_key() {
        assert_eq!(normalise_email(" <Ann.B@Example.COM.> ").as_deref(), Some("ann.b@example.com"));
        assert_eq!(normalise_email("mailto:a@b").as_deref(), Some("a@b"));
        assert_eq!(normalise_email("nobody"), None);
        assert_eq!(normalise_email("@b"), None);
    }

    #[test]
    fn telephone_numbers_become_one_key() {
        assert_eq!(normalise_phone("+49 (30) 123-456").as_deref(), Some("+4930123456"));
        assert_eq!(normalise_phone("0049 30 123456").as_deref(), Some("+4930123456"));
        assert_eq!(normalise_phone("whatsapp:+15551230000").as_deref(), Some("+15551230000"));
        assert_eq!(normalise_phone("72404").as_deref(), Some("72404"));
        assert_eq!(normalise_phone("AMAZON"), None);
        assert_eq!(normalise_phone("12345678901234567"), None);
    }
}
