//! A set of small numbers, one bit each: which writes of a register are superseded.
//!
//! Takes no room while it is empty. Does not know what it counts.

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn add(&mut self, number: usize) {
        self.make_room(number / 64 + 1);
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Adds all that `other` holds.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.make_room(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(word, added)| *word |= added);
    }

    /// What it holds and `other` does not, in order.
    pub(super) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.0.iter().enumerate().flat_map(move |(at, word)| {
            let mut left = word & !other.0.get(at).copied().unwrap_or_default();
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    fn make_room(&mut self, words: usize) {
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_there_and_nothing_else() {
        let mut bits = Bits::default();
        assert!(!bits.has(0) && !bits.has(200));
        [3, 64, 200].into_iter().for_each(|number| bits.add(number));
        let mut other = Bits::default();
        other.add(5);
        other.add_all(&bits);
        let there: Vec<usize> = (0..300).filter(|number| other.has(*number)).collect();
        assert_eq!(there, [3, 5, 64, 200]);
        assert_eq!(other.without(&bits).collect::<Vec<_>>(), [5]);
        assert_eq!(other.without(&Bits::default()).count(), 4);
    }
}
