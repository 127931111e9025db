//! Comments, and which part of the tree each belongs to.
//!
//! A comment that starts on the line on which a part ends is *beside* it. Every other comment is *above* the part that
//! follows. One inside a part that has no place for it (between a name and a colon, say) moves above that part. Nothing
//! is ever dropped.

use crate::tree::words::Comment;

struct Place {
    start: usize,
    end: usize,
}

/// The comments of one file while its tree is built from front to back.
pub(super) struct Comments<'i> {
    text: &'i str,
    places: Vec<Place>,
    /// The first comment that belongs to nothing yet.
    next: usize,
    /// Where the last thing before the current place ends: for finding empty lines.
    last_end: usize,
    /// For each part that is open: comments inside it that will move above it, and where it ends.
    open: Vec<(Vec<Comment>, usize)>,
}

impl<'i> Comments<'i> {
    /// Finds the comments of a text without syntax errors.
    pub(super) fn new(text: &'i str) -> Self {
        let bytes = text.as_bytes();
        let mut places = Vec::new();
        let (mut at, mut in_text) = (0, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => in_text = !in_text,
                b'\\' if in_text => at += 1,
                b'#' if !in_text => {
                    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |line| at + line);
                    places.push(Place { start: at, end });
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        Self { text, places, next: 0, last_end: 0, open: Vec::new() }
    }

    fn between(&self, start: usize, end: usize) -> &'i str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// `end` without the white space and comments before it: some rules of the grammar swallow what follows them.
    pub(super) fn trimmed(&self, start: usize, mut end: usize) -> usize {
        loop {
            end = start + self.between(start, end).trim_end().len();
            let last = self.places.partition_point(|place| place.start < end).checked_sub(1);
            match last.and_then(|last| self.places.get(last)) {
                Some(place) if place.end >= end && place.start >= start => end = place.start,
                _ => return end,
            }
        }
    }

    fn has_empty_line(&self, start: usize, end: usize) -> bool {
        let between = self.between(start, end);
        between.trim().is_empty() && between.matches('\n').count() > 1
    }

    /// Takes the comments before `end`, with the empty lines between them and before `end`.
    fn take(&mut self, end: usize) -> Vec<Comment> {
        let mut taken = Vec::new();
        while let Some(place) = self.places.get(self.next).filter(|place| place.start < end) {
            let (from, to) = (place.start, place.end);
            if self.has_empty_line(self.last_end, from) {
                taken.push(Comment::empty_line());
            }
            taken.push(Comment::written(self.between(from, to)));
            self.last_end = to;
            self.next += 1;
        }
        if self.has_empty_line(self.last_end, end) {
            taken.push(Comment::empty_line());
        }
        taken
    }

    /// A part begins: what is above it.
    pub(super) fn begin(&mut self, start: usize, end: usize) -> Vec<Comment> {
        let above = self.take(start);
        self.last_end = start;
        self.open.push((Vec::new(), end));
        above
    }

    /// The part that began last ends: moves what is left inside above it, and says what is beside it.
    pub(super) fn end(&mut self, end: usize, above: &mut Vec<Comment>) -> Option<Comment> {
        self.move_up(end);
        if let Some((moved, _)) = self.open.pop() {
            above.extend(moved);
        }
        self.last_end = end;
        self.beside(end)
    }

    /// Within a condition up to `end`: what stands behind it is beside none of its terms.
    pub(super) fn enter(&mut self, end: usize) {
        self.open.push((Vec::new(), end));
    }

    /// Ends what [`Self::enter`] began.
    pub(super) fn leave(&mut self) {
        if let Some((moved, _)) = self.open.pop()
            && let Some((waiting, _)) = self.open.last_mut()
        {
            waiting.extend(moved);
        }
    }

    /// The comments before `end` move above the part that began last.
    pub(super) fn move_up(&mut self, end: usize) {
        let moved = self.take(end);
        if let Some((waiting, _)) = self.open.last_mut() {
            waiting.extend(moved.into_iter().filter(|comment| !comment.is_empty_line()));
        }
    }

    /// The comment on the line on which something ended, unless the part around it has ended as well.
    pub(super) fn beside(&mut self, end: usize) -> Option<Comment> {
        let limit = self.open.last().map_or(usize::MAX, |(_, end)| *end);
        let place = self.places.get(self.next).filter(|place| place.start >= end && place.start < limit)?;
        let (from, to) = (place.start, place.end);
        if !self.between(end, from).chars().all(|letter| matches!(letter, ' ' | '\t' | '\r' | ',')) {
            return None;
        }
        self.next += 1;
        self.last_end = to;
        Some(Comment::written(self.between(from, to)))
    }

    /// Braces open within the part that began last: comments before the brace move up, and one may be beside it.
    pub(super) fn open_brace(&mut self, start: usize) -> Option<Comment> {
        let mut at = start;
        let mut comments = self.places.get(self.places.partition_point(|place| place.start < start)..)?.iter();
        let mut in_text = false;
        let bytes = self.text.as_bytes();
        let mut next = comments.next();
        while let Some(byte) = bytes.get(at) {
            if let Some(place) = next
                && place.start == at
            {
                at = place.end;
                next = comments.next();
                continue;
            }
            match byte {
                b'"' => in_text = !in_text,
                b'\\' if in_text => at += 1,
                b'{' if !in_text => break,
                _ => {}
            }
            at += 1;
        }
        self.move_up(at);
        self.last_end = at + 1;
        self.beside(at + 1)
    }

    /// What is left before the closing brace of the part that ends at `end`.
    pub(super) fn close_brace(&mut self, end: usize) -> Vec<Comment> {
        self.take(end.saturating_sub(1))
    }

    /// What is left at the end of the file.
    pub(super) fn rest(&mut self) -> Vec<Comment> {
        self.take(self.text.len())
    }
}
