//! How good estimates are, and how true their radii: against places that are known.

use super::{Estimate, Source};
use crate::model::LatLng;

/// The quality of many estimates of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// What the estimates were made of.
    pub source: Source,
    /// Errors in metres, ascending.
    pub errors: Vec<f64>,
    /// Share of truths inside the 68 % radius, 0 to 1.
    pub inside68: f64,
    /// Share of truths inside the 95 % radius, 0 to 1.
    pub inside95: f64,
}

impl Evaluation {
    /// The error that this share of the estimates stays below, in metres; zero where there are none.
    pub fn error_at(&self, share: f64) -> f64 {
        let index = (share * self.errors.len() as f64).ceil() as usize;
        self.errors.get(index.saturating_sub(1)).copied().unwrap_or(0.0)
    }
}

/// Compares estimates with the truth, by source, best source first; sources that answered nothing are left out.
pub fn evaluate(pairs: &[(LatLng, Estimate)]) -> Vec<Evaluation> {
    [Source::Wifi, Source::Beacon, Source::Cell, Source::Area]
        .into_iter()
        .filter_map(|source| {
            let of_it: Vec<(f64, &Estimate)> = pairs
                .iter()
                .filter(|(_, e)| e.source == source)
                .map(|(truth, e)| (truth.distance(e.place).0, e))
                .collect();
            let share = |inside: &dyn Fn(&(f64, &Estimate)) -> bool| {
                of_it.iter().filter(|p| inside(p)).count() as f64 / of_it.len() as f64
            };
            let mut errors: Vec<f64> = of_it.iter().map(|(error, _)| *error).collect();
            errors.sort_unstable_by(f64::total_cmp);
            (!of_it.is_empty()).then(|| Evaluation {
                source,
                errors,
                inside68: share(&|(error, e)| *error <= e.r68.0),
                inside95: share(&|(error, e)| *error <= e.r95.0),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::LeftOut;
    use super::*;
    use crate::model::{LocalPlane, Metres};

    #[test]
    fn errors_and_shares_are_counted_by_source() {
        let plane = LocalPlane::around(LatLng::new(60.0, 25.0).unwrap());
        let truth = plane.to_place(0.0, 0.0);
        let estimate = |east, source| Estimate {
            place: plane.to_place(east, 0.0),
            r68: Metres(10.0),
            r95: Metres(20.0),
            source,
            used: 2,
            left_out: LeftOut::default(),
        };
        let pairs: Vec<_> = [5.0, 15.0, 25.0, 8.0].map(|e| (truth, estimate(e, Source::Wifi))).to_vec();
        let all = evaluate(&pairs);
        assert_eq!(all.len(), 1);
        assert!((all[0].inside68 - 0.5).abs() < 1e-9 && (all[0].inside95 - 0.75).abs() < 1e-9);
        assert!((all[0].error_at(0.5) - 8.0).abs() < 0.1 && (all[0].error_at(1.0) - 25.0).abs() < 0.1);
    }
}
