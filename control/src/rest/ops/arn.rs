//! The form of Amazon resource names, in AWS's words where one is not well formed (aws-facts 290).

use crate::error::ManagementError;

/// Partition, service, region, account and resource of an ARN.
pub(super) struct Arn<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account_id: &'a str,
    pub(super) resource: &'a str,
}

/// Reads an ARN; region and account may be empty.
pub(super) fn read(text: &str) -> Result<Arn<'_>, ManagementError> {
    let mut parts = text.splitn(6, ':');
    let parts: [Option<&str>; 6] = std::array::from_fn(|_| parts.next());
    match parts {
        [
            Some("arn"),
            Some(partition),
            Some(service),
            Some(region),
            Some(account_id),
            Some(resource),
        ] if !partition.is_empty() && !service.is_empty() && !resource.is_empty() => {
            Ok(Arn { service, region, account_id, resource })
        }
        _ => {
            Err(ManagementError::bad_request(format!("Invalid ARN. ARN is not well formed {text}")))
        }
    }
}
