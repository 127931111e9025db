//! Carries out the cures that are certain.

use crate::diagnostic::{Diagnostic, Fix};

/// Applies to the text of `file` the certain fix of every diagnostic that has one. A fix that touches the same text as
/// one applied before it, that reaches into another file, or that does not fit this text is left out. Returns the new
/// text and how many fixes were applied. What was left out may fit once the new text has been checked again.
pub fn apply(text: &str, file: &str, diagnostics: &[Diagnostic]) -> (String, usize) {
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    let mut applied = 0;
    for fix in diagnostics.iter().filter_map(|found| found.fixes.iter().find(|fix| fix.certain)) {
        let own = fitting(text, file, fix);
        let Some(own) = own.filter(|own| own.iter().all(|edit| edits.iter().all(|other| are_apart(edit, other))))
        else {
            continue;
        };
        edits.extend(own);
        applied += 1;
    }
    edits.sort_unstable();
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for (start, end, replacement) in edits {
        result.push_str(text.get(done..start).unwrap_or(""));
        result.push_str(replacement);
        done = end;
    }
    result.push_str(text.get(done..).unwrap_or(""));
    (result, applied)
}

/// The edits of a fix, if all of them are in this file and this text.
fn fitting<'f>(text: &str, file: &str, fix: &'f Fix) -> Option<Vec<(usize, usize, &'f str)>> {
    let edit = |edit: &'f crate::diagnostic::Edit| {
        let fits = edit.at.file == file && text.get(edit.at.start..edit.at.end).is_some();
        fits.then_some((edit.at.start, edit.at.end, edit.replacement.as_str()))
    };
    fix.edits.iter().map(edit).collect()
}

/// Two insertions at one place are not apart: which comes first would be chance.
fn are_apart(one: &(usize, usize, &str), other: &(usize, usize, &str)) -> bool {
    (one.1 <= other.0 || other.1 <= one.0) && (one.0, one.1) != (other.0, other.1)
}
