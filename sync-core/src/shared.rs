//! A value that copies share until one of them changes it.
//!
//! Judging an op copies the folded state that its author knew. With this type the copy costs nothing, however large
//! the record is. Does not synchronise: each owner changes its own copy.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A value that copies share until one of them changes it; then that one gets a copy of its own.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a, T> IntoIterator for &'a Shared<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_one_copy_leaves_the_others_as_they_were() {
        let first = Shared::<Vec<u8>>::default();
        let mut second = first.clone();
        second.push(1);
        assert_eq!((first.len(), second.len()), (0, 1));
        assert_eq!(serde_json::to_string(&second).expect("a list of numbers is JSON"), "[1]");
    }
}
