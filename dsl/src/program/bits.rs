//! Sets of term numbers.

/// Bits in blocks of 256, so that the words of a block are worked on together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(pub(crate) Vec<[u64; 4]>);

/// A stretch of term numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Bits {
    pub(crate) fn zeros(blocks: usize) -> Self {
        Self(vec![[0; 4]; blocks])
    }

    #[inline]
    fn word(&self, number: usize) -> u64 {
        self.0.get(number / 4).and_then(|block| block.get(number % 4)).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn get(&self, bit: usize) -> bool {
        self.word(bit / 64) >> (bit % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, bit: usize, to: bool) {
        if let Some(word) = self.0.get_mut(bit / 256).and_then(|block| block.get_mut(bit / 64 % 4)) {
            let mask = 1 << (bit % 64);
            if to { *word |= mask } else { *word &= !mask }
        }
    }

    /// The first bit of the stretch that is set.
    #[inline]
    pub(crate) fn first(&self, span: Span) -> Option<usize> {
        let mut at = span.start;
        while at < span.end {
            let word = self.word(at / 64) >> (at % 64);
            if word != 0 {
                let found = at + word.trailing_zeros() as usize;
                return (found < span.end).then_some(found);
            }
            at = (at / 64 + 1) * 64;
        }
        None
    }

    /// Whether any bit of the stretch is set.
    #[inline]
    pub(crate) fn any(&self, span: Span) -> bool {
        self.first(span).is_some()
    }

    /// The bits of the stretch that are set, in order.
    pub(crate) fn iter(&self, span: Span) -> impl Iterator<Item = usize> + '_ {
        let mut rest = span;
        std::iter::from_fn(move || {
            let found = self.first(rest)?;
            rest.start = found + 1;
            Some(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Bits, Span};

    #[test]
    fn bits_are_found_in_order_and_within_the_stretch() {
        let mut bits = Bits::zeros(3);
        let set = [0, 3, 63, 64, 200, 255, 256, 511, 512, 767];
        set.iter().for_each(|bit| bits.set(*bit, true));
        for (start, end) in [(0, 768), (1, 767), (64, 64), (65, 200), (4, 64), (256, 513), (700, 900)] {
            let span = Span { start, end };
            let wanted: Vec<usize> = set.iter().copied().filter(|bit| (start..end).contains(bit)).collect();
            assert_eq!(bits.iter(span).collect::<Vec<_>>(), wanted, "{span:?}");
            assert_eq!(bits.first(span), wanted.first().copied());
        }
        bits.set(63, false);
        assert!(!bits.get(63) && bits.get(64) && !bits.get(5000));
    }
}
