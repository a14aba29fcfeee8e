//! Two witnesses or none: which tile a station is in shows itself only where two devices of the tile are known.
//!
//! Each tile t has a secret line y = t + a·x over the numbers modulo a prime. A station's record holds the y at its device's x:
//! one point of the line, which fits every tile alike. Two points of different devices give the line, and with it the tile
//! (Shamir's secret sharing, two of n). It costs no room: a record would hold its tile's number in the same bits.
//!
//! Of the slopes a tile may have only one in 2^check is used, a different part for each tile; that two points lie on such a
//! line by chance is as unlikely.

use super::key::Cipher;

/// Numbers modulo a prime below 2^26: products fit 64 bits with room to spare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field(pub u32);

/// Tiles a pack can have: the land of the earth has some fifty million, towns are on few of them.
pub(super) const MAX_TILES: u32 = 1 << 24;

/// The smallest field: however few tiles there are, points fit each other by chance in one of 2^16 cases.
const MIN_FIELD: u32 = 65_537;

/// Bits by which a chance line is to be told from a tile's, together with the numbers that are no tile.
const CHECK_BITS: u32 = 6;

impl Field {
    /// The field for so many tiles, and for how many bits slopes are checked.
    pub fn for_tiles(tiles: u32) -> (Self, u8) {
        let mut q = MIN_FIELD.max(tiles) | 1;
        while !is_prime(q) {
            q += 2;
        }
        let by_range = (q / tiles.max(1)).ilog2();
        (Self(q), CHECK_BITS.saturating_sub(by_range) as u8)
    }

    /// Whether it is one that [`Field::for_tiles`] gives.
    pub fn is_sound(self, tiles: u32, check: u8) -> bool {
        tiles <= MAX_TILES && Self::for_tiles(tiles) == (self, check)
    }

    fn times(self, a: u32, b: u32) -> u32 {
        (u64::from(a) * u64::from(b) % u64::from(self.0)) as u32
    }

    fn minus(self, a: u32, b: u32) -> u32 {
        if a >= b { a - b } else { a + self.0 - b }
    }

    /// One over a number that is not zero, by Euclid's algorithm. No step is longer than the prime: 32 bits hold it, and divide faster.
    fn inverse(self, a: u32) -> u32 {
        let q = self.0 as i32;
        let (mut r, mut next_r, mut s, mut next_s) = (q, a as i32, 0, 1);
        while next_r != 0 {
            let quotient = r / next_r;
            (r, next_r) = (next_r, r - quotient * next_r);
            (s, next_s) = (next_s, s - quotient * next_s);
        }
        s.rem_euclid(q) as u32
    }
}

fn is_prime(n: u32) -> bool {
    n == 2 || (n > 2 && n % 2 == 1 && (3..).step_by(2).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d)))
}

/// A tile's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The tile's number in the pack: where the line meets x = 0.
    pub tile: u32,
    pub slope: u32,
}

/// One record's share of its tile's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// The device's number, never zero.
    pub x: u32,
    pub y: u32,
}

/// A pack's lines.
pub(super) struct Lines<'a> {
    pub field: Field,
    pub check: u8,
    pub tiles: u32,
    pub cipher: &'a Cipher,
}

impl Lines<'_> {
    /// The line of a tile, by a number drawn for it.
    pub fn draw(&self, tile: u32, drawn: u64) -> Line {
        let (step, remainder) = (1 << self.check, self.remainder(tile));
        let choices = (self.field.0 - 1 - remainder) / step + 1;
        Line { tile, slope: remainder + (drawn % u64::from(choices)) as u32 * step }
    }

    fn remainder(&self, tile: u32) -> u32 {
        self.cipher.remainder(tile) & ((1 << self.check) - 1)
    }

    /// The y of a device on a line.
    pub fn y(&self, line: Line, x: u32) -> u32 {
        ((u64::from(line.tile) + u64::from(line.slope) * u64::from(x)) % u64::from(self.field.0)) as u32
    }

    /// The line through two points of different devices, where it is a tile's.
    pub fn through(&self, a: Point, b: Point) -> Option<Line> {
        let field = self.field;
        if a.x == b.x {
            return None;
        }
        let slope = field.times(field.minus(a.y, b.y), field.inverse(field.minus(a.x, b.x)));
        let tile = field.minus(a.y, field.times(slope, a.x));
        let is_one = tile < self.tiles && slope & ((1 << self.check) - 1) == self.remainder(tile);
        is_one.then_some(Line { tile, slope })
    }

    /// Whether a point lies on a line.
    pub fn holds(&self, line: Line, point: Point) -> bool {
        self.y(line, point.x) == point.y
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_prime_and_wide_enough() {
        for (tiles, field, check) in
            [(0, 65_537, 0), (1, 65_537, 0), (1_500, 65_537, 1), (65_538, 65_539, 6), (1 << 24, 16_777_259, 6)]
        {
            assert_eq!(Field::for_tiles(tiles), (Field(field), check), "{tiles}");
        }
    }

    #[test]
    fn one_point_alone_fits_a_line_of_every_tile() {
        let cipher = Cipher::new(&[1; 16], 0);
        // With so few tiles no bit of the slope is given away for checking.
        let lines = Lines { field: Field(65_537), check: 0, tiles: 1_000, cipher: &cipher };
        let point = Point { x: 4_711, y: lines.y(lines.draw(7, 99), 4_711) };
        let fits = |tile| (0..65_537).any(|slope| lines.holds(Line { tile, slope }, point));
        assert!((0..1_000).step_by(50).all(fits));
    }

    proptest! {
        #[test]
        fn two_devices_of_a_tile_find_it_and_chance_rarely_does(
            tiles in 1_u32..200_000, tile in any::<u32>(), drawn in any::<u64>(), a in any::<u32>(), b in any::<u32>(),
        ) {
            let cipher = Cipher::new(&[1; 16], 0);
            let (field, check) = Field::for_tiles(tiles);
            let lines = Lines { field, check, tiles, cipher: &cipher };
            let line = lines.draw(tile % tiles, drawn);
            let at = |x| { let x = 1 + x % (field.0 - 1); Point { x, y: lines.y(line, x) } };
            let (a, b) = (at(a), at(b));
            prop_assert_eq!(lines.through(a, b), (a.x != b.x).then_some(line));
            prop_assert!(lines.holds(line, a) && line.slope < field.0);
        }
    }
}
