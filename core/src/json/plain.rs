//! Text that stands for itself in a JSON string.

/// The length of the text up to a quote, a backslash or a control character, eight bytes at a time.
pub(super) fn plain_bytes(bytes: &[u8], quote: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The lowest bit that is set marks the first byte below `limit`; a borrow only reaches up.
    let below = |word: u64, limit: u64| word.wrapping_sub(limit * ONES) & !word & HIGH;
    let equal = |word: u64, byte: u8| below(word ^ (u64::from(byte) * ONES), 1);
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (at, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let ends = equal(word, quote) | equal(word, b'\\') | below(word, 0x20);
        if ends != 0 {
            return at * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    let ends = |byte: &u8| *byte == quote || *byte == b'\\' || *byte < 0x20;
    bytes.len() - rest.len() + rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_text_ends_where_it_does(bytes in prop::collection::vec(0x1eu8..0x62, 0..40)) {
            let ends = |byte: &u8| matches!(byte, b'\'' | b'\\' | 0..=0x1f);
            let expect = bytes.iter().position(ends).unwrap_or(bytes.len());
            prop_assert_eq!(super::plain_bytes(&bytes, b'\''), expect);
        }
    }
}
