//! Results of joins that are still remembered.

use super::Function;

/// Places at first, and at most: each takes 16 bytes.
const FEWEST: usize = 1 << 10;
const MOST: usize = 1 << 20;

const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A pair of functions and what they became. No pair has this key: nodes are far fewer.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u64,
    result: Function,
}

const FREE: Entry = Entry { key: u64::MAX, result: Function::NO };

/// What pairs of functions became. Each pair has one place, and a later pair of that place drives out an earlier one: a
/// result that is forgotten is worked out again.
#[derive(Debug, Default)]
pub(super) struct Memo {
    places: Vec<Entry>,
    taken: usize,
}

const fn key(left: Function, right: Function) -> u64 {
    (left.0 as u64) << 32 | right.0 as u64
}

impl Memo {
    /// The place of a key; outside of the list as long as that is empty.
    const fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(SPREAD) >> 32) as usize & self.places.len().wrapping_sub(1)
    }

    pub(super) fn get(&self, left: Function, right: Function) -> Option<Function> {
        let key = key(left, right);
        self.places.get(self.place(key)).filter(|entry| entry.key == key).map(|entry| entry.result)
    }

    pub(super) fn put(&mut self, left: Function, right: Function, result: Function) {
        if self.taken * 2 >= self.places.len() && self.places.len() < MOST {
            let larger = (self.places.len() * 2).max(FEWEST);
            let before = std::mem::replace(&mut self.places, vec![FREE; larger]);
            self.taken = 0;
            before.into_iter().filter(|entry| entry.key != FREE.key).for_each(|entry| self.keep(entry));
        }
        self.keep(Entry { key: key(left, right), result });
    }

    fn keep(&mut self, entry: Entry) {
        let at = self.place(entry.key);
        if let Some(place) = self.places.get_mut(at) {
            self.taken += usize::from(place.key == FREE.key);
            *place = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, MOST, Memo};

    #[test]
    fn a_pair_is_remembered_or_forgotten_but_never_taken_for_another() {
        let mut memo = Memo::default();
        assert_eq!(memo.get(Function(70), Function(80)), None);
        let result = |left: u32, right: u32| Function(left * 31 + right);
        let pairs = || (64..1264).flat_map(|left| (0..1000).map(move |right| (left, left + right)));
        let mut remembered = 0;
        for (left, right) in pairs() {
            memo.put(Function(left), Function(right), result(left, right));
            assert_eq!(memo.get(Function(left), Function(right)), Some(result(left, right)));
        }
        for (left, right) in pairs() {
            if let Some(known) = memo.get(Function(left), Function(right)) {
                assert_eq!(known, result(left, right));
                remembered += 1;
            }
        }
        assert_eq!(memo.places.len(), MOST);
        assert_eq!(remembered, memo.taken);
        assert!(remembered > MOST / 2, "{remembered}");
    }
}
