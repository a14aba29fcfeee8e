//! The position given witnesses that agree: the likelihood of what is heard, on a grid around a first guess.
//!
//! Heard signals follow [`super::signal`] with Student-t noise, whose heavy tails let a single bad witness be ignored; the
//! uncertainty of each witness's own place enters its noise, and the phone's own offset is estimated along (Nurminen et al.
//! 2012; location-services.md, E). The answer is the mean of the posterior; the radii hold 68 and 95 % of it.

use super::cluster::Cluster;
use super::signal::{DB_PER_LN, loss_at_square};
use super::witness::Witness;
use super::{Estimate, Source};
use crate::model::{EmitterKind, LocalPlane, Metres};

/// Standard deviation of one reading around the model: shadowing 4 to 9 dB in the literature, fading and quantisation.
const NOISE_DB: f64 = 7.0;

/// Phones differ by about so much, one standard deviation.
const DEVICE_DB: f64 = 3.0;

/// Degrees of freedom of the noise: low enough that a witness 30 dB off loses its say.
const TAILS: f64 = 4.0;

/// How much the mere fact of being heard says beside the signal: what is too weak is not heard at all, so signals alone make
/// far emitters look near. Chosen by `trial`: 1 to 4 serve about as well, 0 doubles the errors.
const HEARD_AT_ALL: f64 = 0.4;

/// Points on a side of the grids, odd so that the middle is one of them: the first has only to find where to look closer.
const COARSE_SIDE: i32 = 9;
const FINE_SIDE: i32 = 13;

/// Half the side of the first grid, in units of the witnesses' spread around their middle.
const REACH: f64 = 1.3;

pub(super) fn estimate(cluster: &Cluster) -> Estimate {
    let plane = LocalPlane::around(cluster.middle);
    let terms: Vec<Term> = cluster.members.iter().map(|w| Term::new(w, &plane)).collect();
    let widest = terms.iter().map(|t| t.x.hypot(t.y)).fold(0.0, f64::max);
    let coarse = Posterior::over(&terms, (0.0, 0.0), (widest * REACH).clamp(60.0, 250.0), COARSE_SIDE);
    // The second grid looks closer at where the first found something.
    let fine = Posterior::over(&terms, coarse.mean, (3.5 * coarse.deviation).clamp(15.0, 250.0), FINE_SIDE);
    let place = plane.to_place(fine.mean.0, fine.mean.1);
    let noise = POSTERIOR_SHARE * noisiness(&terms, fine.mean);
    let (r68, r95) = (noise * fine.radius(0.68), noise * fine.radius(0.95));
    let together = cluster.members.iter().map(|w| w.error).sum::<f64>() / cluster.members.len() as f64;
    let (r68, r95) = (r68.hypot(TOGETHER_68 * together), r95.hypot(TOGETHER_95 * together));
    let (r68, r95) = honest(r68, r95, cluster.rival);
    let wifi = cluster.members.iter().any(|w| w.kind == EmitterKind::Wifi);
    Estimate {
        place,
        r68: Metres(r68),
        r95: Metres(r95),
        source: if wifi { Source::Wifi } else { Source::Beacon },
        used: cluster.members.len(),
    }
}

/// Emitters' places do not err independently, as the posterior believes: all of a street were learned from that street, with
/// the same fixes. So it is too wide where they are few and far too narrow where they are many; a part of it, and a part of
/// the witnesses' mean error, which more witnesses do not make smaller, hold the truth as often as they should. Fitted to
/// `trial`'s worlds and to held-back walks in the simulated Helsinki (bench `estimates`).
const POSTERIOR_SHARE: f64 = 0.68;
const TOGETHER_68: f64 = 0.78;
const TOGETHER_95: f64 = 1.4;

/// What no posterior knows: the errors of the positions that emitters were learned from and the phone's own, m.
const FLOOR: f64 = 5.0;

/// A neighbourhood elsewhere with more than this share of the support makes it uncertain which is right.
const RIVAL: f64 = 0.25;

/// The radii with what the posterior cannot know added, and widened to hold a strong rival.
fn honest(r68: f64, r95: f64, rival: Option<(f64, f64)>) -> (f64, f64) {
    let (r68, r95) = (r68.hypot(FLOOR), r95.hypot(1.6 * FLOOR));
    match rival {
        Some((share, distance)) if share > RIVAL => (r68, r95.max(distance + r68)),
        _ => (r68, r95),
    }
}

struct Term {
    x: f64,
    y: f64,
    error2: f64,
    spread2: f64,
    trust: f64,
    /// Signal less level: what the way cost, dB.
    gain: Option<f64>,
}

impl Term {
    fn new(w: &Witness, plane: &LocalPlane) -> Self {
        let (x, y) = plane.to_xy(w.place);
        let gain = w.signal.map(|s| s - w.level);
        Self { x, y, error2: w.error * w.error, spread2: w.spread * w.spread, trust: w.trust, gain }
    }

    /// What this witness says of a point.
    fn look_from(&self, x: f64, y: f64) -> View {
        let d2 = (x - self.x).powi(2) + (y - self.y).powi(2);
        let blurred = d2 + self.error2;
        let (residual, precision) = self.gain.map_or((0.0, 0.0), |gain| {
            // One over NOISE_DB² + (DB_PER_LN · error / distance)², by one division.
            let precision = blurred / (NOISE_DB * NOISE_DB * blurred + DB_PER_LN * DB_PER_LN * self.error2);
            (gain + loss_at_square(blurred), precision)
        });
        View { d2, residual, precision }
    }
}

/// One witness seen from one point.
struct View {
    /// Square of the distance.
    d2: f64,
    /// Signal less what is expected there, dB.
    residual: f64,
    /// One over the variance of that; zero where there is no signal.
    precision: f64,
}

/// What the witnesses say of a point, into `views`; and what the phone seems to read more than the one that learned, seen
/// from there, dB.
fn look_around(terms: &[Term], x: f64, y: f64, views: &mut Vec<View>) -> f64 {
    views.clear();
    let (mut sum, mut precision) = (0.0, 1.0 / (DEVICE_DB * DEVICE_DB));
    for term in terms {
        let view = term.look_from(x, y);
        // A residual beyond 15 dB says more about the witness than about the phone.
        sum += term.trust * view.precision * view.residual.clamp(-15.0, 15.0);
        precision += term.trust * view.precision;
        views.push(view);
    }
    sum / precision
}

/// The logarithm of the likelihood at a point.
fn log_likelihood(terms: &[Term], x: f64, y: f64, views: &mut Vec<View>) -> f64 {
    let offset = look_around(terms, x, y, views);
    let mut log = -0.5 * (offset / DEVICE_DB).powi(2);
    for (term, view) in terms.iter().zip(views) {
        let z2 = (view.residual - offset).powi(2) * view.precision;
        log -= term.trust * (TAILS + 1.0) / 2.0 * (1.0 + z2 / TAILS).ln();
        log -= HEARD_AT_ALL * term.trust * (1.0 + view.d2 / (2.0 * term.spread2)).ln();
    }
    log
}

/// How much noisier than assumed the signals are, as a factor of the deviation: what is left of them at the answer, with
/// some belief in the assumption.
fn noisiness(terms: &[Term], (x, y): (f64, f64)) -> f64 {
    let mut views = Vec::with_capacity(terms.len());
    let offset = look_around(terms, x, y, &mut views);
    let (mut sum, mut n) = (NOISE_BELIEF, NOISE_BELIEF);
    for view in views.iter().filter(|v| v.precision > 0.0) {
        sum += ((view.residual - offset).powi(2) * view.precision).min(9.0);
        n += 1.0;
    }
    (sum / n).sqrt()
}

/// Signals' worth of belief in [`NOISE_DB`].
const NOISE_BELIEF: f64 = 6.0;

struct Posterior {
    points: Vec<(f64, f64, f64)>,
    mean: (f64, f64),
    /// Per axis, m.
    deviation: f64,
}

impl Posterior {
    fn over(terms: &[Term], centre: (f64, f64), half_side: f64, side: i32) -> Self {
        let half = side / 2;
        let step = half_side / f64::from(half);
        let mut views = Vec::with_capacity(terms.len());
        let mut points: Vec<(f64, f64, f64)> = (-half..=half)
            .flat_map(|i| (-half..=half).map(move |j| (centre.0 + step * f64::from(i), centre.1 + step * f64::from(j))))
            .map(|(x, y)| (x, y, log_likelihood(terms, x, y, &mut views)))
            .collect();
        let top = points.iter().map(|p| p.2).fold(f64::MIN, f64::max);
        for p in &mut points {
            p.2 = (p.2 - top).exp();
        }
        // At least the point at the top has weight one.
        let sum: f64 = points.iter().map(|p| p.2).sum();
        let mean = points.iter().fold((0.0, 0.0), |m, p| (m.0 + p.0 * p.2 / sum, m.1 + p.1 * p.2 / sum));
        let variance =
            points.iter().map(|p| p.2 / sum * ((p.0 - mean.0).powi(2) + (p.1 - mean.1).powi(2))).sum::<f64>() / 2.0;
        // Within a step the grid knows nothing.
        Self { points, mean, deviation: variance.sqrt().max(step / 2.0) }
    }

    /// Radius around the mean that holds a share of the posterior.
    fn radius(&self, share: f64) -> f64 {
        let mut by_distance: Vec<(f64, f64)> =
            self.points.iter().map(|p| ((p.0 - self.mean.0).hypot(p.1 - self.mean.1), p.2)).collect();
        by_distance.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted = share * by_distance.iter().map(|p| p.1).sum::<f64>();
        let mut held = 0.0;
        for (distance, weight) in by_distance {
            held += weight;
            if held >= wanted {
                return distance;
            }
        }
        0.0
    }
}
