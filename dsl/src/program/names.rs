//! Names to numbers without hashing every byte: a name of up to 16 bytes is known by its two ends and its length.

/// One name's place in the table.
#[derive(Clone, Copy, Debug)]
struct Entry {
    head: u64,
    tail: u64,
    length: u32,
    number: u32,
}

/// No name is this long: files are not.
const FREE: Entry = Entry { head: 0, tail: 0, length: u32::MAX, number: 0 };

/// A fixed set of names, each with the number of its place in the list it was made from.
#[derive(Debug)]
pub(crate) struct Names {
    /// Open addressing, at most half full.
    entries: Vec<Entry>,
    shift: u32,
    /// The names longer than the two ends tell.
    long: Vec<Option<Box<str>>>,
}

const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The first and the last bytes: together with the length they are all of a name of at most 16 bytes.
fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        return (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
    }
    if let (Some(head), Some(tail)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        return (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)));
    }
    match name {
        [] => (0, 0),
        [first, .., last] => {
            let middle = name.get(name.len() / 2).copied().unwrap_or(0);
            (u64::from(*first) | u64::from(middle) << 8, u64::from(*last))
        }
        [only] => (u64::from(*only), u64::from(*only)),
    }
}

impl Names {
    pub(crate) fn new<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let size = (names.len() * 2).next_power_of_two().max(2);
        let shift = 64 - size.trailing_zeros();
        let mut table = Self { entries: vec![FREE; size], shift, long: Vec::new() };
        for (number, name) in names.enumerate() {
            if table.find(name).is_some() {
                continue;
            }
            table.long.resize_with(number + 1, || None);
            if name.len() > 16
                && let Some(place) = table.long.get_mut(number)
            {
                *place = Some(name.into());
            }
            let (head, tail) = ends(name.as_bytes());
            let length = u32::try_from(name.len()).unwrap_or(u32::MAX - 1);
            let mut at = table.start(head, tail, length);
            while let Some(entry) = table.entries.get_mut(at) {
                if entry.length == u32::MAX {
                    *entry = Entry { head, tail, length, number: number as u32 };
                    break;
                }
                at = (at + 1) & (size - 1);
            }
        }
        table
    }

    #[inline]
    const fn start(&self, head: u64, tail: u64, length: u32) -> usize {
        let mixed = (head ^ tail.rotate_left(29) ^ (length as u64)).wrapping_mul(SPREAD);
        (mixed >> self.shift) as usize
    }

    /// The number of a name.
    #[inline]
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let (head, tail) = ends(name.as_bytes());
        let length = u32::try_from(name.len()).unwrap_or(u32::MAX - 1);
        let mut at = self.start(head, tail, length);
        loop {
            let entry = self.entries.get(at)?;
            if entry.length == u32::MAX {
                return None;
            }
            if (entry.head, entry.tail, entry.length) == (head, tail, length) {
                let number = entry.number as usize;
                let same =
                    length <= 16 || self.long.get(number).and_then(Option::as_deref).is_some_and(|known| known == name);
                if same {
                    return Some(number);
                }
            }
            at = (at + 1) & (self.entries.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn every_name_is_found_and_no_other() {
        let mut names: Vec<String> = ["", "a", "b", "ab", "ba", "abc", "acb", "bac", "abcd", "abcde", "abcdefgh"]
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        for number in 0..300 {
            names.push(format!("detect:message.number_{number}_of_many"));
            names.push(format!("detect:mes{number:05}many"));
            names.push(format!("n{number}"));
        }
        let table = Names::new(names.iter().map(String::as_str));
        for (number, name) in names.iter().enumerate() {
            assert_eq!(table.find(name), Some(number), "{name}");
            for other in [format!("{name}x"), format!("x{name}"), name.replace("number", "numbre")] {
                assert_eq!(table.find(&other), names.iter().position(|name| *name == other), "{other}");
            }
        }
        assert_eq!(Names::new([].into_iter()).find("a"), None);
        assert_eq!(Names::new(["twice", "twice"].into_iter()).find("twice"), Some(0));
    }
}
