//! Text to the lossless tree that the formatter and the JSON export work on.

mod blocks;
mod comments;
mod conditions;
mod rules;

use std::iter::Peekable;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use super::{Grammar, Rule};
use crate::tree::document::{Document, Header, Item, Named, Note, NoteValue, Row};
use crate::tree::items::Braces;
use crate::tree::shape::Many;
use crate::tree::words::{Code, Date, Name, Tag, Text, Version};
use comments::Comments;

/// The lossless tree of a text in which [`super::parse`] finds nothing wrong.
pub(crate) fn document(text: &str) -> Option<Document> {
    let mut builder = Builder { comments: Comments::new(text) };
    let (mut header, mut items) = (None, Vec::new());
    for pair in Grammar::parse(Rule::file, text).ok()?.flat_map(Pair::into_inner) {
        match pair.as_rule() {
            Rule::header => header = Some(builder.header(&pair)?),
            Rule::item => items.push(builder.item(&pair)?),
            Rule::EOI => {}
            _ => return None,
        }
    }
    Some(Document { header: header?, items, below: builder.comments.rest() })
}

struct Builder<'i> {
    comments: Comments<'i>,
}

/// The parts of one rule of the grammar, in order.
struct Parts<'i> {
    pairs: Peekable<Pairs<'i, Rule>>,
}

impl<'i> Parts<'i> {
    fn of(pair: &Pair<'i, Rule>) -> Self {
        Self { pairs: pair.clone().into_inner().peekable() }
    }

    fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }

    fn any(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.next()
    }

    fn next(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    fn eat(&mut self, rule: Rule) -> bool {
        self.next(rule).is_some()
    }

    fn word<T>(&mut self, rule: Rule, make: fn(&str) -> T) -> Option<T> {
        self.next(rule).map(|pair| make(pair.as_str()))
    }

    fn name(&mut self) -> Option<Name> {
        self.word(Rule::name, Name::read_by_grammar)
    }

    /// The names up to the next other thing.
    fn names(&mut self) -> Vec<Name> {
        std::iter::from_fn(|| self.name()).collect()
    }

    /// The names of a list or of names with commas.
    fn names_in<const LEAST: usize>(&mut self, rule: Rule) -> Option<Many<Name, LEAST>> {
        let pair = self.next(rule)?;
        Some(Many(Self::of(&pair).names()))
    }

    fn text(&mut self) -> Option<Text> {
        self.next(Rule::text).map(|pair| text_of(&pair))
    }
}

fn text_of(pair: &Pair<'_, Rule>) -> Text {
    Text::from_quoted(pair.clone().into_inner().next().map_or("", |inner| inner.as_str()))
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> (usize, usize) {
        let span = pair.as_span();
        (span.start(), self.comments.trimmed(span.start(), span.end()))
    }

    /// Builds a part that has lines of its own.
    fn row<'p, T>(
        &mut self,
        pair: &Pair<'p, Rule>,
        build: impl FnOnce(&mut Self, Parts<'p>) -> Option<T>,
    ) -> Option<Row<T>> {
        let (start, end) = self.span(pair);
        let mut above = self.comments.begin(start, end);
        let what = build(self, Parts::of(pair));
        let beside = self.comments.end(end, &mut above);
        Some(Row { above, what: what?, beside })
    }

    /// Builds all following parts of one kind.
    fn rows<'p, T>(
        &mut self,
        parts: &mut Parts<'p>,
        rule: Rule,
        mut build: impl FnMut(&mut Self, Parts<'p>) -> Option<T>,
    ) -> Option<Vec<Row<T>>> {
        let mut rows = Vec::new();
        while let Some(pair) = parts.next(rule) {
            rows.push(self.row(&pair, &mut build)?);
        }
        Some(rows)
    }

    /// What stands in the braces of `pair`, which end it.
    fn braces<T>(&mut self, pair: &Pair<'_, Rule>, inside: impl FnOnce(&mut Self) -> Option<T>) -> Option<(T, Braces)> {
        let (start, end) = self.span(pair);
        let beside_opening = self.comments.open_brace(start);
        let inner = inside(self)?;
        Some((inner, Braces { beside_opening, above_closing: self.comments.close_brace(end) }))
    }

    fn header(&mut self, pair: &Pair<'_, Rule>) -> Option<Header> {
        let mut parts = Parts::of(pair);
        let start = pair.as_span().start();
        parts.eat(Rule::kw_remit);
        let version = parts.next(Rule::version)?;
        let above = self.comments.begin(start, version.as_span().end());
        let mut above = above;
        let beside = self.comments.end(version.as_span().end(), &mut above);
        let language = Version::read_by_grammar(version.as_str());
        let policy = match parts.next(Rule::kw_policy) {
            None => None,
            Some(word) => {
                let name = parts.next(Rule::name)?;
                let title = parts.next(Rule::text);
                let end = title.as_ref().unwrap_or(&name).as_span().end();
                let mut above = self.comments.begin(word.as_span().start(), end);
                let named = Named { name: Name::read_by_grammar(name.as_str()), title: title.as_ref().map(text_of) };
                let beside = self.comments.end(end, &mut above);
                Some(Row { above, what: named, beside })
            }
        };
        Some(Header { above, language, beside, policy })
    }

    fn item(&mut self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let row = self.row(pair, |builder, mut parts| {
            let mut notes = Vec::new();
            while let Some(note) = parts.next(Rule::note) {
                notes.push(note_of(Parts::of(&note))?);
            }
            let pair = parts.any()?;
            // An annotation ends on its own line: what is beside it belongs to the item.
            builder.comments.move_up(pair.as_span().start());
            Some((notes, builder.kind(&pair)?))
        })?;
        let (notes, kind) = row.what;
        Some(Item { above: row.above, notes, kind, beside: row.beside })
    }
}

fn note_of(mut parts: Parts<'_>) -> Option<Note> {
    let tag = parts.word(Rule::tag, Tag::read_by_grammar)?;
    let argument = match parts.next(Rule::note_value) {
        None => None,
        Some(pair) => {
            let mut value = Parts::of(&pair);
            Some(match value.peek()? {
                Rule::text => NoteValue::Text(value.text()?),
                Rule::date => NoteValue::Date(value.word(Rule::date, Date::read_by_grammar)?),
                Rule::code => NoteValue::Code(value.word(Rule::code, Code::read_by_grammar)?),
                _ => NoteValue::Name(value.name()?),
            })
        }
    };
    Some(Note { tag, argument, reason: parts.text() })
}

/// The words of the language that a tree holds as strings.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Name,
    Path,
    Tag,
    Counted,
    RowName,
    Number,
    Integer,
    Duration,
    Clock,
    Date,
    MonthDay,
    DayRange,
    Currency,
    Code,
    Comparison,
    Subject,
    Version,
}

/// Whether the grammar reads all of `text` as this word.
pub(crate) fn reads_as(token: Token, text: &str) -> bool {
    let rule = match token {
        Token::RowName if text == "otherwise" => return true,
        Token::Version => return text == super::VERSION,
        Token::Name | Token::RowName => Rule::name,
        Token::Path => Rule::path,
        Token::Tag => Rule::tag,
        Token::Counted => Rule::name_or_contact,
        Token::Number => Rule::number,
        Token::Integer => Rule::integer,
        Token::Duration => Rule::duration,
        Token::Clock => Rule::clock,
        Token::Date => Rule::date,
        Token::MonthDay => Rule::month_day,
        Token::DayRange => Rule::day_range,
        Token::Currency => Rule::currency,
        Token::Code => Rule::code,
        Token::Comparison => Rule::cmp,
        Token::Subject => Rule::subject,
    };
    !text.contains([' ', '\t', '\r', '\n', '#'])
        && Grammar::parse(rule, text).is_ok_and(|pairs| pairs.as_str().len() == text.len())
}
