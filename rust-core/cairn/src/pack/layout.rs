//! How stations' hashes are laid out: so that an absent address rarely finds a record, in as few bits as that takes.

/// How stations' hashes are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Hashes are numbers below this.
    pub universe: u64,
    /// So many of them share a block.
    pub width: u64,
    /// Blocks.
    pub buckets: u32,
    /// Lowest bits of a hash that stand in its record; the others are in the block's bitmap.
    pub low: u8,
    /// Bits of a record after these.
    pub payload: u8,
}

impl Layout {
    /// Stations in a block, about: some 1.3 KB, read and checked in under a microsecond.
    const PER_BLOCK: u32 = 192;

    /// An absent address finds a record with these odds: under one in 100 000, with some to spare.
    const FALSE_HITS: f64 = 8.5e-6;

    /// The layout that keeps the odds of a false hit for so many stations with so many different payloads. A false hit's
    /// payload is any number of its bits, and one beyond the payloads there are gives it away: hashes may be so much shorter.
    pub fn for_stations(stations: u32, payloads: u64) -> Self {
        if stations == 0 {
            return Self::default();
        }
        let payload = (u64::BITS - (payloads - 1).leading_zeros()) as u8;
        let seen_through = payloads as f64 / 2_f64.powi(i32::from(payload));
        let buckets = stations.div_ceil(Self::PER_BLOCK);
        let width = (f64::from(stations) * seen_through / Self::FALSE_HITS / f64::from(buckets)).ceil() as u64;
        let per_block = u64::from(stations.div_ceil(buckets));
        // One bit lower costs each record a bit and halves the bitmap's zeros.
        let low = (1..32_u8).min_by_key(|low| u64::from(*low) * per_block + (width >> low)).unwrap_or(16);
        Self { universe: width * u64::from(buckets), width, buckets, low, payload }
    }
}
