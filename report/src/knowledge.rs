//! What is known beside the fleet when it is judged. Everything here was read by somebody else and
//! is an argument: nothing is looked up while judging.

use crate::history::History;

/// Knowledge beside the evidence of this run. The default knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Knowledge<'a> {
    /// What earlier runs found; `None` for a run without a memory.
    pub history: Option<&'a History>,
}
