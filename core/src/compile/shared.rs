//! What stages have in common is made once, and kept from one compilation to the next: patterns,
//! AWS's own gateway responses, log destinations.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use super::ServiceEndpoints;
use crate::error::ResponseType;
use crate::integration::selection_pattern;
use crate::pattern::Pattern;
use crate::snapshot::{GatewayResponse, LogDestination};

/// Answers by `ResponseType as usize`.
pub(super) type GatewayResponses = Arc<[GatewayResponse; ResponseType::ALL.len()]>;

/// Values that many stages use.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Where services are called.
    pub(super) endpoints: Arc<ServiceEndpoints>,
    patterns: RefCell<HashMap<Box<str>, Arc<Pattern>>>,
    destinations: RefCell<HashMap<LogDestination, Arc<LogDestination>>>,
    /// Of an API that customises none.
    pub(super) gateway_responses: OnceCell<GatewayResponses>,
}

impl Shared {
    /// A selection pattern; a compiled one takes kilobytes, and APIs repeat a few of them.
    pub(super) fn pattern(&self, text: &str) -> Result<Arc<Pattern>, String> {
        if let Some(known) = self.patterns.borrow().get(text) {
            return Ok(Arc::clone(known));
        }
        let pattern = Arc::new(selection_pattern(text)?);
        self.patterns.borrow_mut().insert(text.into(), Arc::clone(&pattern));
        Ok(pattern)
    }

    /// A log destination.
    pub(super) fn destination(&self, destination: LogDestination) -> Arc<LogDestination> {
        let mut destinations = self.destinations.borrow_mut();
        let shared = Arc::new(destination.clone());
        Arc::clone(destinations.entry(destination).or_insert(shared))
    }

    /// Forgets what no stage uses any more.
    pub(super) fn forget_unused(&self) {
        self.patterns.borrow_mut().retain(|_, pattern| Arc::strong_count(pattern) > 1);
        self.destinations.borrow_mut().retain(|_, known| Arc::strong_count(known) > 1);
    }
}
