//! CRC-64/XZ: every change within 64 adjacent bits is seen for certain, any other but for one in 2⁶⁴.

/// The polynomial, reflected.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;

/// The remainders of single bytes.
const REMAINDERS: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut remainder, mut bit) = (byte as u64, 0);
        while bit < 8 {
            remainder = (remainder >> 1) ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
};

/// The checksum of these bytes. It finds accidents, not forgeries.
pub(super) fn checksum(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let step = |crc: u64, byte: u8| (crc >> 8) ^ REMAINDERS[usize::from(crc as u8 ^ byte)];
    !bytes.into_iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_check_value() {
        assert_eq!(super::checksum(*b"123456789"), 0x995d_c9bb_df19_39fa);
    }
}
