//! "Where am I?" along paths held back from learning, with GPS off and no network.

use cairn::engine::Engine;
use cairn::locate::{Estimate, Query};
use cairn::model::{LatLng, Millis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::scene::Scene;
use crate::failure::Failure;

/// A question, its answer and the truth.
pub struct Answer {
    /// Where the phone really was.
    pub truth: LatLng,
    /// With everything it heard.
    pub estimate: Option<Estimate>,
    /// With cells alone.
    pub from_cells: Option<Estimate>,
}

/// Seconds between two questions.
const EVERY: Millis = Millis::from_secs(10);

/// Asks along the held-back paths.
pub fn along(scene: &Scene, engine: &Engine, seed: u64) -> Result<Vec<Answer>, Failure> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut answers = Vec::new();
    for journey in &scene.held_back {
        for (truth, scan) in scene.world.scans_along(journey, EVERY, &mut chance) {
            let everything = Query::from(&scan);
            let cells = Query { cells: everything.cells.clone(), ..Query::default() };
            answers.push(Answer { truth, estimate: engine.locate(&everything)?, from_cells: engine.locate(&cells)? });
        }
    }
    Ok(answers)
}
