//! A hash for the small keys of a prover: takes what is written of a key, gives a number that is the same in every run. Nothing
//! goes through such a map in its order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from small keys, in no order.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mixed>>;

/// Mixes eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Mixed(u64);

impl Mixed {
    const fn mix(&mut self, part: u64) {
        self.0 = (self.0.rotate_left(5) ^ part).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut whole = [0; 8];
            whole.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.mix(u64::from_le_bytes(whole));
        }
    }

    fn write_u8(&mut self, part: u8) {
        self.mix(u64::from(part));
    }

    fn write_u32(&mut self, part: u32) {
        self.mix(u64::from(part));
    }

    fn write_u64(&mut self, part: u64) {
        self.mix(part);
    }

    fn write_u128(&mut self, part: u128) {
        self.mix(part as u64);
        self.mix((part >> 64) as u64);
    }

    fn write_i128(&mut self, part: i128) {
        self.write_u128(part.cast_unsigned());
    }

    fn write_usize(&mut self, part: usize) {
        self.mix(part as u64);
    }

    fn finish(&self) -> u64 {
        // The map looks at the upper bits, and at the lower ones.
        self.0 ^ (self.0 >> 32)
    }
}
