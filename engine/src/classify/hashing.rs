//! N-grams as numbers of 64 bits: made, sorted, looked up.

use std::hash::{BuildHasher, Hasher};

/// The hash of what the parts make together. Blocks keep n-grams of different kinds apart.
pub(crate) fn hash(block: u64, parts: &[&str]) -> u64 {
    let mut state = Fnv::new(block);
    for character in parts.iter().flat_map(|part| part.chars()) {
        state.character(character);
    }
    state.end()
}

/// FNV-1a over characters, finished with a mixing step so that the low bits are good enough for a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) const fn new(block: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ block.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn character(&mut self, character: char) {
        self.0 = (self.0 ^ u64::from(u32::from(character))).wrapping_mul(0x0000_0100_0000_01b3);
    }

    pub(crate) fn end(&self) -> u64 {
        mix(self.0)
    }
}

/// The finaliser of SplitMix64: a fixed bijection that spreads every input bit.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Passes hashes through: they are mixed already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl BuildHasher for Mixed {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self::default()
    }
}

/// Sorts hashes: as they are spread evenly, their first bits put them near their places.
pub(crate) fn sort(hashes: &mut [u64]) {
    const BITS: u32 = 8;
    // A few are sorted as quickly at once. And nobody may choose a text whose many hashes are not spread and make this slow.
    if hashes.len() < 1 << (BITS - 2) || hashes.len() > 1 << (BITS + 2) {
        hashes.sort_unstable();
        return;
    }
    let bucket = |hash: u64| (hash >> (u64::BITS - BITS)) as usize;
    let mut places = [0_u16; 1 << BITS];
    for hash in hashes.iter() {
        places[bucket(*hash)] += 1;
    }
    let mut next = 0;
    for place in &mut places {
        next += std::mem::replace(place, next);
    }
    let mut roughly = vec![0_u64; hashes.len()];
    for hash in hashes.iter() {
        let place = &mut places[bucket(*hash)];
        roughly[usize::from(*place)] = *hash;
        *place += 1;
    }
    hashes.copy_from_slice(&roughly);
    for at in 1..hashes.len() {
        let hash = hashes[at];
        let mut place = at;
        while place > 0 && hashes[place - 1] > hash {
            hashes[place] = hashes[place - 1];
            place -= 1;
        }
        hashes[place] = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::{mix, sort};

    #[test]
    fn hashes_are_sorted_whatever_they_are() {
        for length in [0, 1, 2, 63, 64, 300, 1024, 1025, 5000_u64] {
            let spread: Vec<u64> = (0..length).map(|at| mix(at % 700)).collect();
            let alike: Vec<u64> = (0..length).map(|at| length - at).collect();
            for mut hashes in [spread, alike] {
                let mut expected = hashes.clone();
                expected.sort_unstable();
                sort(&mut hashes);
                assert_eq!(hashes, expected);
            }
        }
    }
}
