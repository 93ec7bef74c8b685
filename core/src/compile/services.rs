//! What is known of AWS's services: how their actions are called, how they sign, where they are.
//!
//! The table is made by `scripts/services` from botocore's descriptions of them.

/// How an action of a service is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// `X-Amz-Target: {target}.{action}` and a body of `application/x-amz-json-{version}`.
    Json { version: &'static str, target: &'static str },
    /// `?Action={action}&Version={version}`
    Query { version: &'static str },
    /// It has none: paths only.
    Rest,
}

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Service {
    /// In ARNs and hosts.
    pub(super) name: &'static str,
    pub(super) action: Action,
    /// In signatures.
    pub(super) signing_name: &'static str,
    /// In `AWS_ENDPOINT_URL_…`.
    pub(super) sdk_id: &'static str,
    /// Its one host, and the region that signatures name.
    pub(super) global: Option<(&'static str, &'static str)>,
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Service> {
    include_str!("services.tsv").lines().filter_map(read)
}

/// The service of this name.
pub(super) fn find(name: &str) -> Option<Service> {
    let lines = include_str!("services.tsv").lines();
    let is_wanted = |line: &&str| line.strip_prefix(name).is_some_and(|it| it.starts_with('\t'));
    lines.into_iter().find(is_wanted).and_then(read)
}

fn read(line: &'static str) -> Option<Service> {
    let mut columns = line.split('\t');
    let name = columns.next()?;
    let mut call = columns.next()?.split('/');
    let action = match (call.next()?, call.next(), call.next()) {
        ("json", Some(version), Some(target)) => Action::Json { version, target },
        ("query", Some(version), None) => Action::Query { version },
        _ => Action::Rest,
    };
    let (signing_name, sdk_id) = (columns.next()?, columns.next()?);
    let global = columns.next().zip(columns.next());
    Some(Service { name, action, signing_name, sdk_id, global })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_service() {
        assert_eq!(all().count(), include_str!("services.tsv").lines().count());
        for service in all() {
            assert_eq!(find(service.name), Some(service));
        }
    }

    #[test]
    fn services_and_their_actions() {
        let action = |name: &str| find(name).map(|service| service.action);
        let json = |version, target| Some(Action::Json { version, target });
        let query = |version| Some(Action::Query { version });
        assert_eq!(action("dynamodb"), json("1.0", "DynamoDB_20120810"));
        assert_eq!(action("kinesis"), json("1.1", "Kinesis_20131202"));
        assert_eq!(action("states"), json("1.0", "AWSStepFunctions"));
        assert_eq!(action("events"), json("1.1", "AWSEvents"));
        assert_eq!(action("sqs"), query("2012-11-05"));
        assert_eq!(action("ssm"), query("2014-11-06"));
        assert_eq!(action("sns"), query("2010-03-31"));
        assert_eq!(action("s3"), Some(Action::Rest));
        assert_eq!(action("lambda"), Some(Action::Rest));
        assert_eq!(action("dynamo"), None);
        let email = find("email").unwrap();
        assert_eq!((email.signing_name, email.sdk_id), ("ses", "SES"));
        assert_eq!(find("iam").unwrap().global, Some(("iam.amazonaws.com", "us-east-1")));
    }
}
