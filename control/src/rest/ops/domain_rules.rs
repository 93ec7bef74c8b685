//! Which domain names there can be, and what follows from their members: names and hosted zones of
//! endpoints (<https://docs.aws.amazon.com/general/latest/gr/apigateway.html>).

use rcgen::{KeyPair, PublicKeyData};

use super::arn;
use crate::definition::{DomainName, Secret, UploadedCertificate};
use crate::error::ManagementError;
use crate::identifiers;
use crate::rest::call::Call;
use crate::rest::input::Input;

/// Route 53's zone of CloudFront, for edge-optimised names of every region.
const DISTRIBUTION_HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

/// Route 53's zones of regional endpoints; elsewhere none is shown.
const REGIONAL_HOSTED_ZONES: [(&str, &str); 16] = [
    ("ap-northeast-1", "Z1YSHQZHG15GKL"),
    ("ap-northeast-2", "Z20JF4UZKIW1U8"),
    ("ap-northeast-3", "Z2YQB5RD63NC85"),
    ("ap-south-1", "Z3VO1THU9YC4UR"),
    ("ap-southeast-1", "ZL327KTPIQFUL"),
    ("ap-southeast-2", "Z2RPCDW04V8134"),
    ("ca-central-1", "Z19DQILCV0OWEC"),
    ("eu-central-1", "Z1U9ULNL0V5AJ3"),
    ("eu-west-1", "ZLY8HYME6SFDD"),
    ("eu-west-2", "ZJ5UAJN8Y3Z2Q"),
    ("eu-west-3", "Z3KY65QIEKYHQQ"),
    ("sa-east-1", "ZCMLWB8V5SYIT"),
    ("us-east-1", "Z1UJRXOUMOOFQ8"),
    ("us-east-2", "ZOJJZC49E0EPZ"),
    ("us-west-1", "Z2MUQ32089INYE"),
    ("us-west-2", "Z2OJLYMUO9EFXC"),
];

/// RFC 1035's bound of a name, bytes.
const NAME_BYTES_MAX: usize = 253;

fn bad(text: impl Into<std::borrow::Cow<'static, str>>) -> ManagementError {
    ManagementError::bad_request(text)
}

/// A host name in lower case, or `*.` and one.
pub(super) fn named(name: &str) -> Result<(), ManagementError> {
    if name.is_empty() {
        return Err(bad("No Domain Name specified"));
    }
    let host = name.strip_prefix("*.").unwrap_or(name);
    let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(letters)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > NAME_BYTES_MAX || !host.split('.').all(label) {
        return Err(bad(format!("Invalid domain name: {name}")));
    }
    Ok(())
}

/// The certificate that a call brings along. A key without a certificate names nothing and is not
/// kept.
pub(super) fn uploaded(input: &Input) -> Result<Option<UploadedCertificate>, ManagementError> {
    let Some(body) = input.text("certificateBody") else { return Ok(None) };
    let key = input.text("certificatePrivateKey").unwrap_or_default();
    let pair = KeyPair::from_pem(key).map_err(|_| bad("Invalid certificate private key"))?;
    let certificate = pem::parse(body).ok().filter(|pem| pem.tag() == "CERTIFICATE");
    let certificate = certificate.ok_or_else(|| bad("Invalid certificate body"))?;
    let public = pair.subject_public_key_info();
    // A certificate holds its public key as it stands; a longer search would parse ASN.1 for it.
    if !certificate.contents().windows(public.len()).any(|window| window == public) {
        return Err(bad("The certificate and the private key do not belong together"));
    }
    Ok(Some(UploadedCertificate {
        body: body.to_owned(),
        chain: input.text("certificateChain").map(str::to_owned),
        private_key: Secret(key.to_owned()),
    }))
}

/// Fills in what follows: ARN, names and zones of endpoints, dates.
pub(super) fn settle(
    call: &Call<'_>,
    domain: &mut DomainName,
    before: Option<&DomainName>,
) -> Result<(), ManagementError> {
    for member in [
        &mut domain.certificate_name,
        &mut domain.certificate_arn,
        &mut domain.regional_certificate_name,
        &mut domain.regional_certificate_arn,
        &mut domain.ownership_verification_certificate_arn,
    ] {
        member.take_if(|text| text.is_empty());
    }
    if let Some(mutual) = &mut domain.mutual_tls_authentication {
        mutual.truststore_version.take_if(|version| version.is_empty());
    }
    // Mutual TLS is turned off by emptying its trust store.
    domain
        .mutual_tls_authentication
        .take_if(|mutual| mutual.truststore_uri.as_deref().unwrap_or_default().is_empty());
    let scope = call.tx.scope();
    // ARNs of private names have their account, those of public names none.
    let account = if domain.domain_name_id.is_some() { &*scope.account_id } else { "" };
    domain.domain_name_arn =
        format!("arn:aws:apigateway:{}:{account}:/domainnames/{}", scope.region, domain.key());
    let edge = domain.is("EDGE");
    let zone = edge.then(|| DISTRIBUTION_HOSTED_ZONE.to_owned());
    domain.distribution_hosted_zone_id = zone;
    domain.distribution_domain_name = match domain.distribution_domain_name.take() {
        _ if !edge => None,
        Some(name) => Some(name),
        None => Some(format!("d{}.cloudfront.net", identifiers::lower(13)?)),
    };
    let regional = domain.is("REGIONAL");
    let zone = REGIONAL_HOSTED_ZONES.iter().find(|(region, _)| *region == &*scope.region);
    domain.regional_hosted_zone_id = zone.filter(|_| regional).map(|(_, zone)| (*zone).to_owned());
    domain.regional_domain_name = match domain.regional_domain_name.take() {
        _ if !regional => None,
        Some(name) => Some(name),
        None => {
            let (id, region) = (identifiers::lower(10)?, &scope.region);
            Some(format!("d-{id}.execute-api.{region}.amazonaws.com"))
        }
    };
    let certificate =
        |domain: &DomainName| (domain.certificate_name.clone(), domain.certificate_arn.clone());
    let own = certificate(domain);
    if own == (None, None) && domain.uploaded_certificate.is_none() {
        domain.certificate_upload_date = None;
    } else if before.is_none_or(|before| certificate(before) != own) {
        domain.certificate_upload_date = Some(call.now_seconds());
    }
    Ok(())
}

/// The first rule that a domain name breaks.
pub(super) fn checked(
    domain: &DomainName,
    before: Option<&DomainName>,
) -> Result<(), ManagementError> {
    let private = domain.is("PRIVATE");
    let types = &domain.endpoint_configuration.types;
    if types.is_empty() {
        return Err(bad("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."));
    }
    if before.is_some_and(|before| before.is("PRIVATE") != private) || (private && types.len() > 1)
    {
        return Err(bad("A domain name cannot change between private and public endpoints"));
    }
    certificates(domain)?;
    if private {
        if domain.endpoint_access_mode.is_some() {
            return Err(bad("Endpoint access mode is only supported for public domain names"));
        }
    } else if domain.policy.is_some() || domain.management_policy.is_some() {
        return Err(bad("Policies are only supported for private domain names"));
    }
    let security_policy = domain.security_policy.as_deref().unwrap_or_default();
    match security_policy.strip_prefix("SecurityPolicy_") {
        None if ["TLS_1_0", "TLS_1_2"].contains(&security_policy) => {}
        Some(_) if private || domain.endpoint_access_mode.is_some() => {}
        Some(_) => {
            let text = "Endpoint access mode is required for the specified security policy";
            return Err(bad(text));
        }
        None => return Err(bad(format!("Invalid security policy: {security_policy}"))),
    }
    one_of("endpoint access mode", &domain.endpoint_access_mode, &["BASIC", "STRICT"])?;
    let modes =
        ["BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"];
    one_of("routing mode", &domain.routing_mode, &modes)?;
    mutual_tls(domain)
}

/// Every endpoint has its certificate.
fn certificates(domain: &DomainName) -> Result<(), ManagementError> {
    for endpoint_type in &domain.endpoint_configuration.types {
        let provided = match endpoint_type.as_str() {
            "REGIONAL" => {
                domain.regional_certificate_arn.is_some()
                    || domain.regional_certificate_name.is_some()
            }
            _ => domain.certificate_arn.is_some() || domain.certificate_name.is_some(),
        };
        if !provided && domain.uploaded_certificate.is_none() {
            let text =
                format!("A certificate was not provided for the endpoint type {endpoint_type}.");
            return Err(bad(text));
        }
    }
    let arns = [
        &domain.certificate_arn,
        &domain.regional_certificate_arn,
        &domain.ownership_verification_certificate_arn,
    ];
    for text in arns.into_iter().flatten() {
        if !["acm", "iam"].contains(&arn::read(text)?.service) {
            return Err(bad(format!("Invalid certificate ARN: {text}")));
        }
    }
    Ok(())
}

fn one_of(what: &str, value: &Option<String>, allowed: &[&str]) -> Result<(), ManagementError> {
    match value.as_deref() {
        Some(value) if !allowed.contains(&value) => {
            Err(bad(format!("Invalid {what}: {value}. Must be one of: [{}]", allowed.join(", "))))
        }
        _ => Ok(()),
    }
}

fn mutual_tls(domain: &DomainName) -> Result<(), ManagementError> {
    let Some(mutual) = &domain.mutual_tls_authentication else { return Ok(()) };
    let uri = mutual.truststore_uri.as_deref().unwrap_or_default();
    let object = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    if object.is_none_or(|(bucket, key)| bucket.is_empty() || key.is_empty()) {
        return Err(bad(format!("Invalid truststore URI, it must be s3://bucket/key: {uri}")));
    }
    if !domain.is("REGIONAL") || domain.endpoint_configuration.types.len() > 1 {
        return Err(bad("Mutual TLS is only supported for REGIONAL domain names"));
    }
    if domain.security_policy.as_deref() == Some("TLS_1_0") {
        return Err(bad("Mutual TLS needs security policy TLS_1_2 or later"));
    }
    Ok(())
}
