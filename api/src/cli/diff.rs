//! Changes of a text for people and for `patch`.

/// The change as a unified diff; nothing where there is none.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}
