//! Makes what strangers chose fit to stand in a reply.

/// The text on one line: control and invisible formatting characters removed, white space runs made one space, cut at
/// `max_chars` characters.
pub(super) fn one_line(text: &str, max_chars: usize) -> String {
    let visible = text.chars().filter_map(|character| match character {
        character if character.is_whitespace() => Some(' '),
        character if character.is_control() || is_invisible(character) => None,
        character => Some(character),
    });
    let mut line = String::new();
    let mut length = 0;
    for character in visible {
        if character == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if length == max_chars {
            break;
        }
        line.push(character);
        length += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

/// The name to greet a person by: the first word, or the first after the comma of `Weber, Anna`. `None` where that is
/// no name: without a letter, or a mail address.
pub(super) fn first_name(name: &str) -> Option<String> {
    let given = name.split_once(',').map_or(name, |(_, given)| given);
    let first = given.split_whitespace().next()?;
    (first.chars().any(char::is_alphabetic) && !first.contains('@')).then(|| first.to_owned())
}

/// White space tidied: no space at line ends, at most one blank line in a row, none around the whole.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        tidied.push_str(line);
    }
    tidied
}

/// Zero-width and direction-changing characters: they show nothing and can make a line read as another.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}
