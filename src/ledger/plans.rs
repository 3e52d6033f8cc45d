//! The plans of sampled checks, each made once in a run and when it is first asked for: a plan may take integrals, and it is asked for by the
//! budget, by the check itself, and by every control that is compared with it.

use crate::claims::{Claim, Readings};
use crate::evidence::{Plan, Trial};
use crate::parameters::InputError;
use std::sync::OnceLock;

/// A plan that is made when it is asked for.
pub(super) struct Planned {
    trial: &'static dyn Trial,
    plan: OnceLock<Result<Plan, InputError>>,
}

impl Planned {
    fn of(part: &Readings) -> Option<Self> {
        part.simulation.map(|trial| Self { trial, plan: OnceLock::new() })
    }

    /// The plan.
    pub fn plan(&self) -> Result<&Plan, &InputError> {
        self.plan.get_or_init(|| self.trial.plan()).as_ref()
    }
}

/// The plans of one entry: of its parts and of its controls, in their order; `None` for what is not sampled.
pub(super) struct Plans {
    /// Of the parts.
    pub parts: Vec<Option<Planned>>,
    /// Of the controls.
    pub controls: Vec<Option<Planned>>,
}

impl Plans {
    /// Of this entry, none of them made yet.
    pub fn of(claim: &Claim) -> Self {
        Self {
            parts: claim.readings.iter().map(Planned::of).collect(),
            controls: claim.controls.iter().map(|control| Planned::of(&control.readings)).collect(),
        }
    }

    /// How many statistics are decided by sampling.
    pub fn statistics(&self) -> usize {
        let planned = self.parts.iter().chain(&self.controls).flatten();
        planned.filter_map(|planned| planned.plan().ok()).map(|plan| plan.statistics.len()).sum()
    }
}
