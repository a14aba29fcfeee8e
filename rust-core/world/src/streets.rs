//! A street map as a graph to walk on: fixed-seed walks from crossing to crossing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cairn::model::LatLng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::tracks::StreetMap;

/// Streets as a graph: nodes with their neighbours, in an order that does not depend on the machine.
pub struct Streets {
    neighbours: BTreeMap<i64, Vec<i64>>,
    places: BTreeMap<i64, LatLng>,
}

impl Streets {
    /// The largest connected part of a map's streets.
    pub fn new(map: &StreetMap) -> Self {
        let pairs = map.streets.iter().flat_map(|street| street.windows(2).map(|pair| (pair[0], pair[1])));
        let places = map.nodes.iter().map(|(&node, &place)| (node, place)).collect();
        let mut all = Self { neighbours: adjacency(pairs), places };
        let mut left: BTreeSet<i64> = all.neighbours.keys().copied().collect();
        let mut largest = BTreeSet::new();
        while let Some(&seed) = left.first() {
            let part = all.reachable(seed);
            left.retain(|node| !part.contains(node));
            if part.len() > largest.len() {
                largest = part;
            }
        }
        all.neighbours.retain(|node, _| largest.contains(node));
        all
    }

    /// Only those streets that some walks went along.
    #[must_use]
    pub fn covered_by(&self, walks: &[Vec<i64>]) -> Self {
        let pairs = walks.iter().flat_map(|walk| walk.windows(2).map(|pair| (pair[0], pair[1])));
        Self { neighbours: adjacency(pairs), places: self.places.clone() }
    }

    /// A walk of at least so many metres that turns back only where a street ends. Empty where there are no streets.
    pub fn walk(&self, seed: u64, metres: f64) -> Vec<i64> {
        self.wander(seed, metres, |_| 0)
    }

    /// The same, along what it has walked least: it comes about instead of round a block.
    pub fn tour(&self, seed: u64, metres: f64) -> Vec<i64> {
        self.wander(seed, metres, |times| times)
    }

    /// At each crossing it goes on along one of the streets that `dislike`, told how often each was walked, puts first.
    fn wander(&self, seed: u64, metres: f64, dislike: impl Fn(u32) -> u32) -> Vec<i64> {
        let mut walked: HashMap<(i64, i64), u32> = HashMap::new();
        let pair = |a: i64, b: i64| (a.min(b), a.max(b));
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let starts: Vec<i64> = self.neighbours.keys().copied().collect();
        let Some(&start) = starts.choose(&mut chance) else { return Vec::new() };
        let mut walk = vec![start];
        let mut length = 0.0;
        while length < metres {
            let here = walk[walk.len() - 1];
            let back = walk.len().checked_sub(2).map(|index| walk[index]);
            let mut ahead: Vec<i64> =
                self.neighbours[&here].iter().copied().filter(|&node| Some(node) != back).collect();
            let disliked = |node: &i64| dislike(walked.get(&pair(here, *node)).copied().unwrap_or(0));
            let least = ahead.iter().map(disliked).min();
            ahead.retain(|node| Some(disliked(node)) == least);
            let Some(next) = ahead.choose(&mut chance).copied().or(back) else { break };
            length += self.places[&here].distance(self.places[&next]).0;
            *walked.entry(pair(here, next)).or_default() += 1;
            walk.push(next);
        }
        walk
    }

    /// Where a walk leads.
    pub fn places(&self, walk: &[i64]) -> Vec<LatLng> {
        walk.iter().map(|node| self.places[node]).collect()
    }

    fn reachable(&self, from: i64) -> BTreeSet<i64> {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            open.extend(self.neighbours[&node].iter().filter(|&&next| seen.insert(next)));
        }
        seen
    }
}

fn adjacency(pairs: impl Iterator<Item = (i64, i64)>) -> BTreeMap<i64, Vec<i64>> {
    let mut neighbours: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (a, b) in pairs.filter(|(a, b)| a != b) {
        neighbours.entry(a).or_default().insert(b);
        neighbours.entry(b).or_default().insert(a);
    }
    neighbours.into_iter().map(|(node, next)| (node, next.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tracks;
    use crate::tracks::read_street_map;

    #[test]
    fn a_walk_follows_the_streets_and_is_the_same_each_time() {
        let streets = Streets::new(&read_street_map(&test_tracks().join("helsinki.osm.pbf")).unwrap());
        let walk = streets.walk(7, 3_000.0);
        assert_eq!(walk, streets.walk(7, 3_000.0));
        assert_ne!(walk, streets.walk(8, 3_000.0));
        let length: f64 = streets.places(&walk).windows(2).map(|pair| pair[0].distance(pair[1]).0).sum();
        assert!((3_000.0..3_500.0).contains(&length), "{length}");
    }

    #[test]
    fn a_tour_comes_about() {
        let streets = Streets::new(&read_street_map(&test_tracks().join("helsinki.osm.pbf")).unwrap());
        let covered = streets.covered_by(&[streets.walk(1, 6_000.0)]);
        let different =
            |walk: Vec<i64>| walk.windows(2).map(|w| (w[0].min(w[1]), w[0].max(w[1]))).collect::<BTreeSet<_>>().len();
        for seed in 0..10 {
            let (walk, tour) = (different(covered.walk(seed, 3_000.0)), different(covered.tour(seed, 3_000.0)));
            assert!(tour >= walk, "{tour} streets, {walk} without looking");
        }
    }

    #[test]
    fn the_covered_streets_lead_nowhere_new() {
        let streets = Streets::new(&read_street_map(&test_tracks().join("helsinki.osm.pbf")).unwrap());
        let walks = [streets.walk(1, 3_000.0), streets.walk(2, 3_000.0)];
        let held_back = streets.covered_by(&walks).walk(3, 1_500.0);
        for pair in held_back.windows(2) {
            let covered = |walk: &Vec<i64>| walk.windows(2).any(|w| w == pair || (w[1], w[0]) == (pair[0], pair[1]));
            assert!(walks.iter().any(covered));
        }
    }
}
