//! Token buckets: the key's on this method, the key's, the method's, the account's.
//!
//! All are checked before any is spent. Order as AWS documents it:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.

use ringway_cache::{BucketKey, Buckets, Charge, Limit};
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::snapshot::MethodIx;

use crate::applied::{AppliedMethod, AppliedPlan};
use crate::clock::Moment;

/// Charges of one request at most.
const CHARGES_MAX: usize = 4;

/// Admits a request, or refuses it and spends nothing.
pub(crate) fn admit(
    buckets: &Buckets,
    now: Moment,
    client: Option<(&AppliedPlan, &str)>,
    (ix, method): (MethodIx, &AppliedMethod),
    account: Charge,
) -> Result<(), GatewayError> {
    let mut charges = [account; CHARGES_MAX];
    let mut causes = ["account throttle"; CHARGES_MAX];
    let mut n = 0;
    let mut add = |charge: Charge, cause: &'static str| {
        charges[n] = charge;
        causes[n] = cause;
        n += 1;
    };
    if let Some((plan, api_key_id)) = client {
        let of_key = |(plan, limit): (BucketKey, Limit)| Charge {
            key: plan.and(BucketKey::new(&[api_key_id.as_bytes()]).bits()),
            limit,
        };
        if let Some((_, key, limit)) = plan.methods.iter().find(|(method, ..)| *method == ix) {
            add(of_key((*key, *limit)), "usage plan throttle of the key on this method");
        }
        if let Some(throttle) = plan.throttle {
            add(of_key(throttle), "usage plan throttle of the key");
        }
    }
    if let Some(charge) = method.throttle {
        add(charge, "stage throttle of the method");
    }
    add(account, "account throttle");
    buckets
        .admit(now.0, &charges[..n])
        .map_err(|refused| GatewayError::new(ResponseType::Throttled, causes[refused.index]))
}
