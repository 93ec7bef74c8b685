//! Where AWS's services are: at AWS, or where the operator says.

use std::collections::BTreeMap;

use super::{services, uri};
use crate::identity::Credentials;
use crate::snapshot::{Endpoint, Origin, Scheme};

/// Addresses that stand in for AWS's own.
#[derive(Debug, Clone, Default)]
pub struct ServiceEndpoints {
    by_service: BTreeMap<Box<str>, Served>,
    others: Option<Served>,
}

/// Where a service is served.
#[derive(Debug, Clone)]
struct Served {
    endpoint: Endpoint,
    asks: Asks,
    /// What its calls are signed with, where [`Asks::Own`].
    credentials: Option<Credentials>,
}

/// Whose signature a service asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Nobody's.
    Nothing,
    /// That of the process, or of a role.
    Caller,
    /// One made with the credentials that were given with its address.
    Own,
}

/// Where a service is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) endpoint: Endpoint,
    pub(super) asks: Asks,
    /// It stands in for AWS's own.
    pub(super) replaced: bool,
}

impl ServiceEndpoints {
    /// What the SDKs of AWS read: `AWS_ENDPOINT_URL_{SERVICE}` and `AWS_ENDPOINT_URL`, unless
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`
    /// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
    ///
    /// # Errors
    /// A variable that is no URL, by its name.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut endpoints = Self::default();
        if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| value == "true") {
            return Ok(endpoints);
        }
        let given = |name: &str| variable(name).filter(|url| !url.is_empty());
        let named = |name: String| move |why: String| format!("{name}: {why}");
        if let Some(url) = given("AWS_ENDPOINT_URL") {
            endpoints.insert_others(&url).map_err(named("AWS_ENDPOINT_URL".into()))?;
        }
        for service in services::all() {
            let name = format!("AWS_ENDPOINT_URL_{}", service.sdk_id);
            if let Some(url) = given(&name) {
                endpoints.insert(service.name, &url).map_err(named(name))?;
            }
        }
        Ok(endpoints)
    }

    /// A service, by its name in ARNs, is at `http(s)://host:port`.
    ///
    /// # Errors
    /// One sentence: this is no such URL.
    pub fn insert(&mut self, service: &str, url: &str) -> Result<(), String> {
        self.by_service.insert(service.into(), Served::new(url, Asks::Caller)?);
        Ok(())
    }

    /// As [`Self::insert`] for a service that asks nobody for a signature: one of this process.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn insert_unsigned(&mut self, service: &str, url: &str) -> Result<(), String> {
        self.by_service.insert(service.into(), Served::new(url, Asks::Nothing)?);
        Ok(())
    }

    /// As [`Self::insert`] for a service that knows these credentials: one of this process.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn insert_with(
        &mut self,
        service: &str,
        url: &str,
        credentials: Credentials,
    ) -> Result<(), String> {
        let served = Served { credentials: Some(credentials), ..Served::new(url, Asks::Own)? };
        self.by_service.insert(service.into(), served);
        Ok(())
    }

    /// Names in signatures of the services with credentials of their own, and these.
    pub fn credentials(&self) -> impl Iterator<Item = (&str, &Credentials)> {
        self.by_service.iter().filter_map(|(name, served)| {
            let signing_name = services::find(name).map_or(&**name, |known| known.signing_name);
            Some((signing_name, served.credentials.as_ref()?))
        })
    }

    /// Every service without an address of its own is at `http(s)://host:port`.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn insert_others(&mut self, url: &str) -> Result<(), String> {
        self.others = Some(Served::new(url, Asks::Caller)?);
        Ok(())
    }

    /// Where a service is said to be; `None`: at AWS.
    #[must_use]
    pub fn given(&self, service: &str) -> Option<&Endpoint> {
        self.served(service).map(|served| &served.endpoint)
    }

    /// Where a service is called in a region.
    #[must_use]
    pub fn endpoint(&self, service: &str, region: &str) -> Endpoint {
        self.find(("aws", region), None, service).endpoint
    }

    fn served(&self, service: &str) -> Option<&Served> {
        self.by_service.get(service).or(self.others.as_ref())
    }

    /// Where a service, or a subdomain of it, is called.
    pub(super) fn find(
        &self,
        (partition, region): (&str, &str),
        subdomain: Option<&str>,
        service: &str,
    ) -> Found {
        let below = |host: &str| match subdomain {
            Some(subdomain) => format!("{subdomain}.{host}"),
            None => host.to_owned(),
        };
        if let Some(Served { endpoint, asks, .. }) = self.served(service) {
            let mut endpoint = endpoint.clone();
            endpoint.authority = below(&endpoint.authority).into();
            return Found { endpoint, asks: *asks, replaced: true };
        }
        let global = services::find(service).and_then(|service| service.global);
        let host = match global {
            Some((host, _)) => below(host),
            None => below(&format!("{service}.{region}.{}", suffix(partition))),
        };
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: host.as_str().into(),
            port: 443,
            authority: host.into(),
            insecure_skip_verification: false,
            origin: Origin::Definition,
        };
        Found { endpoint, asks: Asks::Caller, replaced: false }
    }
}

impl Served {
    fn new(url: &str, asks: Asks) -> Result<Self, String> {
        Ok(Self { endpoint: endpoint(url)?, asks, credentials: None })
    }
}

/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
fn suffix(partition: &str) -> &'static str {
    if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn endpoint(url: &str) -> Result<Endpoint, String> {
    let (endpoint, target) = uri::absolute(url)?;
    match target {
        "" | "/" => Ok(Endpoint { origin: Origin::Operator, ..endpoint }),
        more => Err(format!("{url} has {more} behind the host; an address ends there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(endpoints: &ServiceEndpoints, subdomain: Option<&str>, service: &str) -> String {
        let found = endpoints.find(("aws", "eu-west-1"), subdomain, service);
        let scheme = match found.endpoint.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let Endpoint { host, port, authority, .. } = found.endpoint;
        format!("{scheme} {host} {port} {authority} {:?}", found.asks)
    }

    #[test]
    fn services_are_at_aws_or_where_the_variables_say() {
        let of = |variables: &'static [(&str, &str)]| {
            ServiceEndpoints::from_variables(move |name| {
                let given = variables.iter().find(|(own, _)| *own == name);
                given.map(|(_, value)| (*value).to_owned())
            })
        };
        let check = |variables, subdomain, service: &str, expect: &str| {
            assert_eq!(authority(&of(variables).unwrap(), subdomain, service), expect);
        };
        check(
            &[],
            None,
            "sqs",
            "https sqs.eu-west-1.amazonaws.com 443 sqs.eu-west-1.amazonaws.com Caller",
        );
        check(&[], None, "iam", "https iam.amazonaws.com 443 iam.amazonaws.com Caller");
        let photos = "photos.s3.eu-west-1.amazonaws.com";
        check(&[], Some("photos"), "s3", &format!("https {photos} 443 {photos} Caller"));
        const GIVEN: &[(&str, &str)] =
            &[("AWS_ENDPOINT_URL", "http://h:1"), ("AWS_ENDPOINT_URL_SFN", "https://[::1]:2/")];
        check(GIVEN, None, "sqs", "http h 1 h:1 Caller");
        check(GIVEN, Some("a"), "iot", "http h 1 a.h:1 Caller");
        check(GIVEN, None, "states", "https ::1 2 [::1]:2 Caller");
        const IGNORED: &[(&str, &str)] =
            &[GIVEN[0], ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        check(IGNORED, None, "iam", "https iam.amazonaws.com 443 iam.amazonaws.com Caller");
        let error = of(&[("AWS_ENDPOINT_URL_S3", "h:1")]).unwrap_err();
        assert!(error.starts_with("AWS_ENDPOINT_URL_S3: "), "{error}");
        assert!(of(&[("AWS_ENDPOINT_URL", "http://h/a")]).is_err());
        let china = ServiceEndpoints::default().find(("aws-cn", "cn-north-1"), None, "sqs");
        assert_eq!(&*china.endpoint.host, "sqs.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn a_service_of_this_process_asks_for_no_signature() {
        let mut endpoints = ServiceEndpoints::default();
        endpoints.insert_unsigned("lambda", "http://127.0.0.1:9").unwrap();
        assert_eq!(authority(&endpoints, None, "lambda"), "http 127.0.0.1 9 127.0.0.1:9 Nothing");
        assert_eq!(endpoints.given("lambda").unwrap().origin, Origin::Operator);
        assert_eq!(endpoints.given("sqs"), None);
        assert_eq!(endpoints.credentials().count(), 0);
        let key = Credentials::parse("AKIDEXAMPLE", "secret", None).unwrap();
        endpoints.insert_with("lambda", "http://127.0.0.1:9", key).unwrap();
        assert_eq!(authority(&endpoints, None, "lambda"), "http 127.0.0.1 9 127.0.0.1:9 Own");
        let (service, key) = endpoints.credentials().next().unwrap();
        assert_eq!((service, key.access_key_id()), ("lambda", "AKIDEXAMPLE"));
        assert_eq!(endpoints.endpoint("sqs", "us-east-1").origin, Origin::Definition);
    }
}
