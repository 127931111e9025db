//! Four yes-or-no values at a time: sixteen rows, so that one is looked up instead of four.

use super::frame::Raw;
use super::read::{Rows, YesReader};

/// Four readers, and the joined row of each way in which they can say yes and no.
#[derive(Debug)]
pub(crate) struct Four {
    pub(crate) readers: [YesReader; 4],
    /// By the number whose bit 0 says what the first reader's slot holds.
    rows: [u32; 16],
}

impl Four {
    /// Takes readers off the list, four by four; fewer than four are left.
    pub(crate) fn group(readers: &mut Vec<YesReader>, rows: &mut Rows<'_>) -> Vec<Self> {
        let mut fours = Vec::new();
        while let Some(at) = readers.len().checked_sub(4) {
            let Ok(four) = <[YesReader; 4]>::try_from(readers.split_off(at)) else { break };
            let mut joined = [0; 16];
            for (number, row) in joined.iter_mut().enumerate() {
                let of = four.iter().enumerate().map(|(bit, reader)| reader.row_of(number >> bit & 1 == 1));
                *row = rows.join(of);
            }
            fours.push(Self { readers: four, rows: joined });
        }
        fours
    }

    /// The row of what the four slots hold; `None` when one of them failed.
    #[inline]
    pub(crate) fn row(&self, values: &[Raw<'_>]) -> Option<u32> {
        let mut number = 0;
        for (bit, reader) in self.readers.iter().enumerate() {
            match values.get(reader.slot) {
                Some(Raw::Yes(yes)) => number |= usize::from(*yes) << bit,
                _ => return None,
            }
        }
        self.rows.get(number).copied()
    }
}
