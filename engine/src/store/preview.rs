//! What a list shows of a message.

/// The first words of a text, on one line: what the list shows.
pub(super) fn preview(text: &str) -> String {
    let mut line = String::with_capacity(160);
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > 140 {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line.chars().take(150).collect()
}

#[cfg(test)]
mod tests {
    use super::preview;

    #[test]
    fn a_preview_is_one_line_of_bounded_length() {
        assert_eq!(preview("Hello\n\n  there "), "Hello there");
        assert!(preview(&"word ".repeat(100)).chars().count() <= 150);
        assert!(preview(&"ä".repeat(1000)).chars().count() <= 150);
    }
}
