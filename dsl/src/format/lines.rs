//! Lines with indents, and comments beside them in columns.

use super::WIDTH;
use crate::tree::document::Header;
use crate::tree::words::Comment;

/// One step of indenting, in columns.
const STEP: usize = 2;
/// Lines longer than this do not push the comments beside their neighbours to the right.
const WIDEST_BESIDE_COMMENT: usize = 80;

#[derive(Debug)]
struct Line {
    indent: usize,
    /// Empty for an empty line.
    text: String,
    beside: Option<String>,
    is_comment: bool,
}

/// Collects lines. Printing goes from the front to the back of the tree.
#[derive(Debug, Default)]
pub(super) struct Printer {
    lines: Vec<Line>,
    indent: usize,
}

impl Printer {
    /// Columns that are left at the current indent.
    pub(super) const fn room(&self) -> usize {
        WIDTH.saturating_sub(self.indent)
    }

    pub(super) fn deeper(&mut self, print: impl FnOnce(&mut Self)) {
        self.deeper_by(STEP, print);
    }

    pub(super) fn deeper_by(&mut self, columns: usize, print: impl FnOnce(&mut Self)) {
        self.indent += columns;
        print(self);
        self.indent -= columns;
    }

    pub(super) fn line(&mut self, text: impl Into<String>, beside: Option<&Comment>) {
        let beside = beside.map(|comment| comment.as_str().to_owned());
        self.lines.push(Line { indent: self.indent, text: text.into(), beside, is_comment: false });
    }

    pub(super) fn above(&mut self, lines: &[Comment]) {
        for line in lines {
            let text = line.as_str().to_owned();
            self.lines.push(Line { indent: self.indent, text, beside: None, is_comment: true });
        }
    }

    /// Pieces on as many lines as they need, each further line starting `hang` columns in.
    pub(super) fn fill(&mut self, pieces: &[String], between: &str, hang: usize, beside: Option<&Comment>) {
        let mut line = String::new();
        let mut room = self.room();
        let mut lines = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            // A separator ends in white space that the end of a line does not need.
            let tail = if at + 1 < pieces.len() { between.trim_end() } else { "" };
            let wider = if line.is_empty() { 0 } else { width(&line) + width(between) - width(between.trim_end()) };
            if !line.is_empty() && wider + width(piece) + width(tail) > room {
                lines.push(std::mem::take(&mut line));
                room = self.room().saturating_sub(hang);
            } else if !line.is_empty() {
                line.push_str(between.get(between.trim_end().len()..).unwrap_or_default());
            }
            line.push_str(piece);
            line.push_str(tail);
        }
        lines.push(line);
        let last = lines.len() - 1;
        for (at, line) in lines.into_iter().enumerate() {
            self.deeper_by(if at == 0 { 0 } else { hang }, |printer| {
                printer.line(line, beside.filter(|_| at == last));
            });
        }
    }

    pub(super) fn header(&mut self, header: &Header) {
        self.above(&header.above);
        self.line(format!("remit {}", header.language), header.beside.as_ref());
        if let Some(policy) = &header.policy {
            self.above(&policy.above);
            let title = policy.what.title.as_ref().map_or_else(String::new, |title| format!(" {}", title.quoted()));
            self.line(format!("policy {}{title}", policy.what.name), policy.beside.as_ref());
        }
    }

    pub(super) fn finish(self) -> String {
        let mut text = String::new();
        let mut rest = self.lines.as_slice();
        while let Some(first) = rest.first() {
            // Neighbours at one indent have their comments in one column.
            let length = rest.iter().take_while(|line| line.neighbours(first)).count().max(1);
            let (run, others) = rest.split_at(length);
            let commented = run.iter().filter(|line| line.beside.is_some()).map(|line| width(&line.text));
            let column = commented.filter(|width| *width <= WIDEST_BESIDE_COMMENT).max().unwrap_or(0);
            for line in run {
                if !line.text.is_empty() {
                    text.extend(std::iter::repeat_n(' ', line.indent));
                    text.push_str(&line.text);
                }
                if let Some(comment) = &line.beside {
                    let gap = 2 + column.saturating_sub(width(&line.text));
                    text.extend(std::iter::repeat_n(' ', gap));
                    text.push_str(comment);
                }
                text.push('\n');
            }
            rest = others;
        }
        text
    }
}

impl Line {
    fn neighbours(&self, first: &Self) -> bool {
        !self.is_comment && !self.text.is_empty() && self.indent == first.indent && !self.has_brace()
    }

    /// Whether a block begins or ends here.
    fn has_brace(&self) -> bool {
        self.text == "}" || self.text.ends_with('{')
    }
}

/// Columns of a text: characters, because nothing here needs more.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// A text and spaces up to `columns`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    padded
}

/// The width of the widest text that is no wider than `limit`. Wider ones stand outside of the column: one long name
/// must not push everything else to the right.
pub(super) fn column<'a>(texts: impl IntoIterator<Item = &'a str>, limit: usize) -> usize {
    texts.into_iter().map(width).filter(|width| *width <= limit).max().unwrap_or(0)
}
