//! The words of a tree: strings that are checked by the language's own grammar.

use serde_json::{Value, json};

use super::TreeError;
use super::shape::{Definitions, Result, Shape, defined};
use crate::parse::{Token, reads_as};

macro_rules! word {
    ($name:ident $called:literal $token:expr, $pattern:literal, $expected:literal) => {
        #[doc = $expected]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name(String);

        impl $name {
            /// A word that the grammar has already read.
            pub(crate) fn read_by_grammar(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str(&self.0)
            }
        }

        impl Shape for $name {
            fn read(value: &Value) -> Result<Self> {
                match value {
                    Value::String(text) if reads_as($token, text) => Ok(Self(text.clone())),
                    other => Err(TreeError::unexpected($expected, other)),
                }
            }

            fn write(&self) -> Value {
                Value::from(self.0.as_str())
            }

            fn schema(definitions: &mut Definitions) -> Value {
                defined($called, definitions, |_| {
                    json!({"type": "string", "pattern": $pattern, "description": $expected})
                })
            }
        }
    };
}

word!(Name "name" Token::Name, "^[a-z][a-z0-9_]*$",
    "a name: small letters, digits and `_`, starting with a letter, and no reserved word of the language");
word!(Path "path" Token::Path, "^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$", "the name of a fact, such as `thread.depth`");
word!(Tag "tag" Token::Tag, "^[a-z][a-z0-9_]*$", "the name of an annotation, such as `owner`");
word!(Counted "counted" Token::Counted, "^[a-z][a-z0-9_]*$", "`contact`, `agent`, `channel` or another name");
word!(RowName "row_name" Token::RowName, "^[a-z][a-z0-9_]*$", "the name of a row, or `otherwise`");
word!(Number "number" Token::Number, "^-?[0-9]+(\\.[0-9]+)?%?$",
    "a number in a string, as it is written in the policy, such as \"0.85\" or \"15%\"");
word!(Integer "integer" Token::Integer, "^[0-9]+$", "a whole number in a string, such as \"180\"");
word!(Length "duration" Token::Duration, "^([0-9]+[dhms])+$", "a duration such as \"2h\" or \"1h30m\"");
word!(Clock "clock" Token::Clock, "^[0-9]{2}:[0-9]{2}$", "a time such as \"09:00\"");
word!(Date "date" Token::Date, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a date such as \"2026-03-29\"");
word!(MonthDay "month_day" Token::MonthDay, "^[0-9]{2}-[0-9]{2}$", "a month and day such as \"12-25\"");
word!(DayRange "day_range" Token::DayRange,
    "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$", "a day or days such as \"sat\" or \"mon-fri\"");
word!(Currency "currency" Token::Currency, "^[A-Z]{3}$", "a currency such as \"EUR\"");
word!(Code "code" Token::Code, "^R[0-9]{4}$", "the code of a diagnostic, such as \"R0305\"");
word!(Compare "comparison" Token::Comparison, "^(>=|<=|>|<)$", "`>=`, `<=`, `>` or `<`");
word!(Subject "subject" Token::Subject, "^(message|draft|thread)$", "`message`, `draft` or `thread`");
word!(Version "language" Token::Version, "^1$", "the version of the language, \"1\"");

/// A text as people read it: without quotes, nothing escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) const EXPECTED: &str = "a text on one line";

    /// What stands between the quotes of a policy. `\"` and `\\` are escapes, every other backslash is itself.
    pub(crate) fn from_quoted(inner: &str) -> Self {
        Self(crate::parse::unescaped(inner))
    }

    /// With quotes, as a policy has it. A backslash is doubled only where it would escape what follows.
    pub(crate) fn quoted(&self) -> String {
        let mut quoted = String::with_capacity(self.0.len() + 2);
        quoted.push('"');
        let mut letters = self.0.chars().peekable();
        while let Some(letter) = letters.next() {
            let escapes = letter == '\\' && matches!(letters.peek(), None | Some('"' | '\\'));
            if letter == '"' || escapes {
                quoted.push('\\');
            }
            quoted.push(letter);
        }
        quoted.push('"');
        quoted
    }
}

impl Shape for Text {
    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(text) if !text.contains('\n') => Ok(Self(text.clone())),
            other => Err(TreeError::unexpected(Self::EXPECTED, other)),
        }
    }

    fn write(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn schema(definitions: &mut Definitions) -> Value {
        defined(
            "text",
            definitions,
            |_| json!({"type": "string", "pattern": "^[^\\n]*$", "description": Self::EXPECTED}),
        )
    }
}

/// A comment from its `#` to the end of its line, or an empty string for an empty line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment(String);

impl Comment {
    const EXPECTED: &str = "a comment that starts with `#`, on one line, or \"\" for an empty line";

    /// A comment as written. A lone carriage return would look like the end of the line in many editors: what follows
    /// would seem to be in force. So it becomes a space.
    pub(crate) fn written(text: &str) -> Self {
        Self(text.trim_end().replace('\r', " "))
    }

    pub(crate) fn empty_line() -> Self {
        Self(String::new())
    }

    pub(crate) fn is_empty_line(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Shape for Comment {
    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(text) if text.is_empty() || text.starts_with('#') && !text.contains(['\n', '\r']) => {
                Ok(Self::written(text))
            }
            other => Err(TreeError::unexpected(Self::EXPECTED, other)),
        }
    }

    fn write(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn schema(definitions: &mut Definitions) -> Value {
        defined(
            "comment",
            definitions,
            |_| json!({"type": "string", "pattern": "^(#[^\\r\\n]*)?$", "description": Self::EXPECTED}),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn quoting_and_unquoting_undo_each_other() {
        for text in ["", "\\", "\"", "\\\\", "\\\"", "\\b", "a\\", "\\\\b", "\"\\\"\\\\\"", "x \\\" y\\n"] {
            let quoted = Text(text.to_owned()).quoted();
            assert_eq!(Text::from_quoted(&quoted[1..quoted.len() - 1]), Text(text.to_owned()), "{quoted}");
        }
        assert_eq!(Text("\\bcourt\\b".to_owned()).quoted(), "\"\\bcourt\\b\"");
    }
}
