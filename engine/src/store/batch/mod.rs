//! Many changes in few statements: what the writer commits together is written kind by kind, one statement for all.
//!
//! A statement costs about the same for one row as for ten, so the work of a group grows with the kinds of rows in it
//! and hardly with its size. Grouping reorders the kinds; so changes that could touch the same rows go into different
//! *waves* of a group, one wave after the other. Every order in which the changes of a group could have been made one
//! by one is a right one, for nobody has been answered yet.

mod arrived;
pub(crate) mod contexts;
mod ingest;
mod kinds;
pub(crate) mod limits;
pub(crate) mod set;
mod transitions;

use std::collections::HashSet;
use std::hash::Hash;

pub(super) use ingest::apply as ingest;
pub(super) use kinds::Kinds;
pub(super) use transitions::apply as transitions;

/// Takes from `waiting` what can go together: no two share a key, and nothing overtakes what it shares a key with.
fn next_wave<K: Eq + Hash>(waiting: &mut Vec<usize>, keys: impl Fn(usize) -> Vec<K>) -> Vec<usize> {
    let mut taken = HashSet::new();
    let mut wave = Vec::with_capacity(waiting.len());
    waiting.retain(|&at| {
        let keys = keys(at);
        let free = keys.iter().all(|key| !taken.contains(key));
        // What has to wait holds up those behind it all the same.
        taken.extend(keys);
        if free {
            wave.push(at);
        }
        !free
    });
    wave
}

#[cfg(test)]
mod tests {
    use super::next_wave;

    #[test]
    fn what_shares_a_key_waits_its_turn() {
        let keys = [vec!["a"], vec!["b"], vec!["a", "c"], vec!["c"], vec!["d"], vec![]];
        let mut waiting: Vec<usize> = (0..keys.len()).collect();
        let mut waves = Vec::new();
        while !waiting.is_empty() {
            waves.push(next_wave(&mut waiting, |at| keys[at].clone()));
        }
        assert_eq!(waves, [vec![0, 1, 4, 5], vec![2], vec![3]]);
    }
}
