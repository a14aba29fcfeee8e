//! `cairn doctor`: whether the database is sound, and what stands in the outbox's way.

use cairn::engine::Soundness;
use cairn::outbox::OutboxView;
use clap::Args;
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    database: Database,
}

impl Doctor {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let found = engine.check().map_err(|e| self.database.failed(e))?;
        let outbox = engine.stats().map_err(|e| self.database.failed(e))?.outbox;
        let sound = found.structure_faults == 0 && found.reference_faults == 0;
        if json {
            output::json(&json!({
                "sound": sound,
                "schema": found.schema,
                "structureFaults": found.structure_faults,
                "referenceFaults": found.reference_faults,
                "outbox": outbox.iter().map(super::stats::outbox_json).collect::<Vec<_>>(),
            }))?;
        } else {
            output::line(words(found))?;
            for view in &outbox {
                output::line(service_words(view))?;
            }
        }
        Ok(if sound { Outcome::Well } else { Outcome::BadData })
    }
}

fn words(found: Soundness) -> String {
    let Soundness { schema, structure_faults, reference_faults } = found;
    if structure_faults == 0 && reference_faults == 0 {
        format!("The database is sound, schema version {schema}.")
    } else {
        format!(
            "The database has {structure_faults} faults in its structure and {reference_faults} rows that refer to nothing \
             (schema version {schema}). Copy it away, then open it with any other command: what can be read will be saved."
        )
    }
}

fn service_words(view: &OutboxView) -> String {
    let state = match (&view.service.settings, view.service.stopped) {
        (settings, _) if !settings.enabled => "switched off".to_owned(),
        (_, Some(stop)) => format!("stopped: {}", stop.describe()),
        _ if view.waiting == 0 => "nothing to send".to_owned(),
        _ => format!("{} reports to send", view.waiting),
    };
    let refused = match view.quarantined {
        0 => String::new(),
        n => format!("; {n} reports were refused and are kept aside"),
    };
    format!("{}: {state}{refused}.", view.service.settings.url)
}
