//! Token buckets: the key's on this method, the key's, the method's, the account's.
//!
//! All are checked before any is spent. Order as AWS documents it:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.

use ringway_cache::{BucketKey, Buckets, Charge};
use ringway_core::context::Client;
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::snapshot::{MethodIx, StagePlan};

use crate::applied::{AppliedAccount, AppliedStage, limit};
use crate::clock::Moment;

/// Charges of one request at most.
const CHARGES_MAX: usize = 4;

/// Admits a request, or refuses it and spends nothing.
pub(crate) fn admit(
    buckets: &Buckets,
    now: Moment,
    client: Option<(Client<'_>, &StagePlan)>,
    (stage, ix): (&AppliedStage, MethodIx),
    account: &AppliedAccount,
) -> Result<(), GatewayError> {
    let (_, method) = stage.method(ix);
    let account_charge = account.throttle;
    let mut charges = [account_charge; CHARGES_MAX];
    let mut causes = ["account throttle"; CHARGES_MAX];
    let mut n = 0;
    let mut add = |charge: Charge, cause: &'static str| {
        charges[n] = charge;
        causes[n] = cause;
        n += 1;
    };
    if let Some((client, covering)) = client {
        let (_, plan) = account.plan(covering.plan);
        let key = plan.name.and(BucketKey::new(&[client.api_key_id.as_bytes()]).bits());
        let below = |of: BucketKey| of.and(key.bits());
        if let Some((_, rate)) = covering.methods.iter().find(|(method, _)| *method == ix) {
            let charge = Charge { key: below(method.name), limit: limit(*rate) };
            add(charge, "usage plan throttle of the key on this method");
        }
        if let Some(limit) = plan.throttle {
            let charge = Charge { key: below(stage.name), limit };
            add(charge, "usage plan throttle of the key");
        }
    }
    if let Some(limit) = method.throttle {
        add(Charge { key: method.name, limit }, "stage throttle of the method");
    }
    add(account_charge, "account throttle");
    buckets
        .admit(now.0, &charges[..n])
        .map_err(|refused| GatewayError::new(ResponseType::Throttled, causes[refused.index]))
}
