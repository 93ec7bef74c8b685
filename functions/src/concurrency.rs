//! Concurrent executions: of the whole runner, and what functions reserve of them
//! (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ringway_core::limits::FUNCTION_CONCURRENCY_MAX;

use crate::error::LambdaError;

/// Executions under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<AtomicU32>);

impl InFlight {
    fn enter(&self, max: u32) -> bool {
        let more = |count| (count < max).then_some(count + 1);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    fn leave(&self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

/// A place among the concurrent executions.
#[derive(Debug)]
pub(crate) struct Permit([InFlight; 2]);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.iter().for_each(InFlight::leave);
    }
}

/// The shared part of all functions: those that reserve nothing share what others did not reserve.
#[derive(Debug, Default)]
pub(crate) struct Concurrency {
    unreserved: InFlight,
    all: InFlight,
    reserved: AtomicU32,
}

impl Concurrency {
    /// The sum of what functions reserve.
    pub(crate) fn reserve(&self, sum: u32) {
        self.reserved.store(sum, Ordering::Release);
    }

    /// How many run.
    pub(crate) fn count(&self) -> u32 {
        self.all.count()
    }

    /// A place for one execution, now or not at all.
    pub(crate) fn enter(
        &self,
        own: &InFlight,
        reserved: Option<u32>,
    ) -> Result<Permit, LambdaError> {
        let (counter, max, reason) = match reserved {
            Some(max) => (own, max, "ReservedFunctionConcurrentInvocationLimitExceeded"),
            None => {
                let reserved = self.reserved.load(Ordering::Acquire);
                let max = FUNCTION_CONCURRENCY_MAX.saturating_sub(reserved);
                (&self.unreserved, max, "ConcurrentInvocationLimitExceeded")
            }
        };
        if !counter.enter(max) {
            return Err(LambdaError::throttled(reason));
        }
        // Reservations may shrink while they are used: processes are bounded in any case.
        if !self.all.enter(FUNCTION_CONCURRENCY_MAX) {
            counter.leave();
            return Err(LambdaError::throttled("ConcurrentInvocationLimitExceeded"));
        }
        Ok(Permit([counter.clone(), self.all.clone()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_executions_are_bounded_and_taken_from_the_others() {
        let (all, own, others) = (Concurrency::default(), InFlight::default(), InFlight::default());
        let reason = |refused: Result<Permit, LambdaError>| refused.unwrap_err().reason;
        let permit = all.enter(&own, Some(1)).unwrap();
        let reserved = Some("ReservedFunctionConcurrentInvocationLimitExceeded");
        assert_eq!(reason(all.enter(&own, Some(1))), reserved);
        assert_eq!(reason(all.enter(&own, Some(0))), reserved);
        drop(permit);
        drop(all.enter(&own, Some(1)).unwrap());
        all.reserve(FUNCTION_CONCURRENCY_MAX - 1);
        let permit = all.enter(&others, None).unwrap();
        assert_eq!(reason(all.enter(&others, None)), Some("ConcurrentInvocationLimitExceeded"));
        assert_eq!(all.count(), 1);
        drop(permit);
        assert_eq!((all.count(), own.count(), all.unreserved.count()), (0, 0, 0));
    }
}
