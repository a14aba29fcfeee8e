//! The position given witnesses that agree: the likelihood of what is heard, on a grid around a first guess.
//!
//! Heard signals follow [`super::signal`] with Student-t noise, whose heavy tails let a single bad witness be ignored; the
//! uncertainty of each witness's own place, along and across its street, enters its noise, and the phone's own offset is
//! estimated along (Nurminen et al. 2012; location-services.md, E). The answer is the mean of the posterior.

use super::cluster::{Cluster, Rival, rival};
use super::evidence::{Evidence, Reckoned};
use super::lanes::{self, Four, View, ln};
use super::posterior::Posterior;
use super::signal;
use super::witness::Witness;
use crate::model::{LatLng, LocalPlane};

/// How much more readings differ from the model than they did while it was learned from them (a factor of the variance): the
/// model was fitted to those, and other phones ask on other days.
const OTHER_DAY: f64 = 1.3;

/// Access points' worth of belief in the usual noise.
const NOISE_BELIEF: f64 = 4.0;

/// Phones differ by about so much, one standard deviation.
const DEVICE_DB: f32 = 3.0;

/// Degrees of freedom of the noise: low enough that a witness 30 dB off loses its say.
const TAILS: f32 = 4.0;

/// How much the mere fact of being heard says beside the signal: what is too weak is not heard at all, so signals alone make
/// far emitters look near. 0.4 to 1.5 serve about as well in the bench's towns, 0 doubles the errors.
const HEARD_AT_ALL: f32 = 0.8;

/// Points on a side of the grids, odd so that the middle is one of them: the first has only to find where to look closer.
const COARSE_SIDE: i32 = 9;
const FINE_SIDE: i32 = 13;

/// Half the side of the first grid, in units of the witnesses' spread around their middle.
const REACH: f64 = 1.3;

/// Louder than expected by so many deviations, a witness stands elsewhere than where it is thought to be.
const LOUD: f64 = 2.5;

/// An answer, before its radii.
pub(super) struct Found {
    pub place: LatLng,
    pub evidence: Evidence,
    /// Witnesses that agree with it.
    pub used: usize,
    /// Those that do not.
    pub disagree: usize,
    pub rival: Option<Rival>,
}

pub(super) fn find(cluster: &Cluster) -> Found {
    let plane = LocalPlane::around(cluster.middle);
    let scene = Scene::new(&cluster.members, &plane);
    let widest = cluster.members.iter().map(|w| plane.distance(w.place).0).fold(0.0, f64::max);
    let mut views = Vec::with_capacity(scene.fours.len());
    let mut log = |x, y| scene.log_likelihood(x, y, &mut views);
    let coarse = Posterior::over((0.0, 0.0), (widest * REACH).clamp(60.0, 250.0), COARSE_SIDE, &mut log);
    // The second grid looks closer at where the first found something.
    let fine = Posterior::over(coarse.mean, (3.5 * coarse.deviation).clamp(15.0, 250.0), FINE_SIDE, &mut log);
    let place = plane.to_place(fine.mean.0, fine.mean.1);

    // What is left of each signal at the answer, in deviations; none where none was told.
    let offset = scene.look_around(fine.mean.0, fine.mean.1, &mut views);
    let off = |v: &View, i: usize| f64::from((v.residual[i] - offset) * v.precision[i].sqrt());
    let offs: Vec<f64> = views.iter().flat_map(|v| (0..4).map(|i| off(v, i))).take(cluster.members.len()).collect();
    let (mut agree, mut disagree): (Vec<&Witness>, Vec<&Witness>) = (Vec::new(), cluster.others.iter().collect());
    for (witness, off) in cluster.members.iter().zip(&offs) {
        if *off > LOUD { disagree.push(witness) } else { agree.push(witness) }
    }
    let reckoned = Reckoned { place, posterior: fine.deviation, noise: noisiness(&offs), offset: f64::from(offset) };
    // Where even the members disagree, the answer still rests on two of them.
    let used = agree.len().max(2);
    Found {
        place,
        evidence: Evidence::of_witnesses(cluster, &reckoned),
        used,
        disagree: cluster.members.len() + cluster.others.len() - used,
        rival: rival(place, &agree, &disagree, cluster.scale),
    }
}

/// The witnesses, and the variance of one reading, dB².
struct Scene {
    fours: Vec<Four>,
    noise: f32,
}

impl Scene {
    fn new(witnesses: &[Witness], plane: &LocalPlane) -> Self {
        // As noisy as these access points were while they were learned, with some belief in the usual.
        let learned: f64 = witnesses.iter().map(|w| w.learned.noise()).sum();
        let n = witnesses.len() as f64;
        let usual = f64::from(signal::USUAL_NOISE);
        let noise = OTHER_DAY * (learned + NOISE_BELIEF * usual) / (n + NOISE_BELIEF);
        Self { fours: lanes::pack(witnesses, plane), noise: noise.clamp(usual / 2.0, usual * 3.0) as f32 }
    }

    /// What the witnesses say of a point, into `views`; and what the phone seems to read more than the one that learned, seen
    /// from there, dB.
    fn look_around(&self, x: f64, y: f64, views: &mut Vec<View>) -> f32 {
        views.clear();
        let (mut sum, mut precision) = ([0.0; 4], [0.0; 4]);
        for four in &self.fours {
            let view = four.look_from(x as f32, y as f32, self.noise);
            for i in 0..4 {
                let weight = view.trust[i] * view.precision[i];
                // A residual beyond 15 dB says more about the witness than about the phone.
                sum[i] += weight * view.residual[i].clamp(-15.0, 15.0);
                precision[i] += weight;
            }
            views.push(view);
        }
        sum.iter().sum::<f32>() / (precision.iter().sum::<f32>() + 1.0 / (DEVICE_DB * DEVICE_DB))
    }

    /// The logarithm of the likelihood at a point.
    fn log_likelihood(&self, x: f64, y: f64, views: &mut Vec<View>) -> f64 {
        let offset = self.look_around(x, y, views);
        let mut log = [0.0; 4];
        for view in views {
            for (i, log) in log.iter_mut().enumerate() {
                let off = view.residual[i] - offset;
                let unlikely = f32::midpoint(TAILS, 1.0) * ln(1.0 + off * off * view.precision[i] / TAILS);
                *log += view.trust[i] * (unlikely + HEARD_AT_ALL * view.far[i]);
            }
        }
        -f64::from(log.iter().sum::<f32>() + 0.5 * (offset / DEVICE_DB) * (offset / DEVICE_DB))
    }
}

/// How much noisier than assumed the signals are, as a factor of the deviation: what is left of them at the answer, with
/// some belief in the assumption. `offs` are in deviations.
fn noisiness(offs: &[f64]) -> f64 {
    let sum: f64 = offs.iter().map(|z| (z * z).min(9.0)).sum();
    ((sum + ASSUMED) / (offs.len() as f64 + ASSUMED)).sqrt()
}

/// Signals' worth of belief in the assumed noise.
const ASSUMED: f64 = 6.0;
