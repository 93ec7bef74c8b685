//! Custom domain names (<https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html>).

use serde_json::{Value, json};

use super::{domain_rules, endpoint, policy};
use crate::definition::{AccessAssociation, DomainName, MutualTlsAuthentication, domain_name_key};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::paging::page;
use crate::rest::patch::{
    self, OPTIONAL, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording,
};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/certificateName", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/certificateArn", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule {
            path: "/regionalCertificateName",
            ops: OPTIONAL,
            target: Target::Value(patch::text),
        },
        Rule { path: "/regionalCertificateArn", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule {
            path: "/ownershipVerificationCertificateArn",
            ops: OPTIONAL,
            target: Target::Value(patch::text),
        },
        Rule {
            path: "/endpointConfiguration/types",
            ops: &[Op::Add, Op::Remove],
            target: Target::Own(patch_types),
        },
        Rule {
            path: "/endpointConfiguration/types/{}",
            ops: patch::ANY,
            target: Target::Own(endpoint::patch_type),
        },
        Rule {
            path: "/endpointConfiguration/ipAddressType",
            ops: REPLACE,
            target: Target::Own(endpoint::patch_ip_address_type),
        },
        Rule {
            path: "/mutualTlsAuthentication/truststoreUri",
            ops: OPTIONAL,
            target: Target::Value(patch::text),
        },
        Rule {
            path: "/mutualTlsAuthentication/truststoreVersion",
            ops: OPTIONAL,
            target: Target::Value(patch::text),
        },
        Rule { path: "/endpointAccessMode", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/securityPolicy", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/routingMode", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/policy", ops: REPLACE, target: Target::Value(policy::patched) },
        Rule { path: "/managementPolicy", ops: REPLACE, target: Target::Value(policy::patched) },
    ],
    wording: Wording::Plain,
};

/// CreateDomainName.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let input = &call.input;
    let name = input.required("domainName").to_owned();
    domain_rules::named(&name)?;
    let endpoint_configuration = endpoint::of_input(input)?;
    let private = endpoint_configuration.types.iter().any(|own| own == "PRIVATE");
    let member = |name: &str| input.text(name).map(str::to_owned);
    let mutual = input.value("mutualTlsAuthentication").cloned().map(serde_json::from_value);
    let mutual: Option<MutualTlsAuthentication> =
        mutual.transpose().map_err(|_| ManagementError::internal())?;
    let domain = DomainName {
        domain_name_id: if private { Some(call.long_id()?) } else { None },
        certificate_name: member("certificateName"),
        certificate_arn: member("certificateArn"),
        regional_certificate_name: member("regionalCertificateName"),
        regional_certificate_arn: member("regionalCertificateArn"),
        endpoint_configuration,
        security_policy: Some(member("securityPolicy").unwrap_or_else(|| "TLS_1_2".into())),
        endpoint_access_mode: member("endpointAccessMode"),
        mutual_tls_authentication: mutual,
        ownership_verification_certificate_arn: member("ownershipVerificationCertificateArn"),
        policy: input.text("policy").map(policy::read).transpose()?.flatten(),
        routing_mode: Some(
            member("routingMode").unwrap_or_else(|| "BASE_PATH_MAPPING_ONLY".into()),
        ),
        tags: input.texts("tags"),
        uploaded_certificate: domain_rules::uploaded(input)?,
        domain_name: name,
        ..DomainName::default()
    };
    if !private && taken(call, &domain.domain_name) {
        let text = "The domain name you provided already exists.";
        return Err(ManagementError::bad_request(text));
    }
    keep(call, domain, None)
}

/// GetDomainName.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?).map(Answer::Json)
}

/// GetDomainNames. Names of other accounts are those the caller is associated with: none, as
/// associations stay within an account.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let own = call.input.text("resourceOwner") != Some("OTHER_ACCOUNTS");
    let names = if own { call.tx.list::<DomainName>("")? } else { Vec::new() };
    page(&call.input, names, |domain| show(&domain))
}

/// UpdateDomainName.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let before = existing(call)?;
    let domain = patch::patched(&before, &patch::operations(&call.input)?, RULES)?;
    keep(call, domain, Some(&before))
}

/// DeleteDomainName, with its base path mappings and associations.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let domain = existing(call)?;
    let key = domain.key();
    call.tx.remove_all(Kind::BasePathMapping, &key);
    for association in call.tx.list::<AccessAssociation>("")? {
        if association.domain_name_arn == domain.domain_name_arn {
            let arn = &association.domain_name_access_association_arn;
            call.tx.remove(Kind::AccessAssociation, "", arn);
        }
    }
    call.tx.remove(Kind::DomainName, "", &key);
    Ok(Answer::Empty)
}

/// The domain name a call names; a private one by its identifier as well.
pub(super) fn existing(call: &mut Call<'_>) -> Result<DomainName, ManagementError> {
    let input = &call.input;
    let key = domain_name_key(input.required("domainName"), input.text("domainNameId"));
    let text = "Invalid domain name identifier specified";
    call.tx.find("", &key)?.ok_or_else(|| ManagementError::not_found(text))
}

/// A name is one account's in its region.
fn taken(call: &Call<'_>, name: &str) -> bool {
    let region = &call.tx.scope().region;
    let mut names = call.tx.state().all(Kind::DomainName);
    names.any(|(key, _)| key.id() == name && key.scope().region == *region)
}

/// Checks a domain name, completes what follows from its members, keeps it, shows it.
fn keep(call: &mut Call<'_>, mut domain: DomainName, before: Option<&DomainName>) -> Answered {
    domain_rules::settle(call, &mut domain, before)?;
    domain_rules::checked(&domain, before)?;
    call.tx.put("", &domain.key(), &domain)?;
    show(&domain).map(Answer::Json)
}

fn show(domain: &DomainName) -> Result<Value, ManagementError> {
    let mut value = shown(domain)?;
    let Some(members) = value.as_object_mut() else { return Err(ManagementError::internal()) };
    members.shift_remove("uploadedCertificate");
    members.insert("domainNameStatus".into(), "AVAILABLE".into());
    for (name, policy) in
        [("policy", &domain.policy), ("managementPolicy", &domain.management_policy)]
    {
        if let Some(policy) = policy {
            members.insert(name.into(), policy::shown(policy).into());
        }
    }
    Ok(value)
}

/// `/endpointConfiguration/types`: a name that moves between endpoints has both for a while.
fn patch_types(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let wanted = operation.value_text();
    if !["REGIONAL", "EDGE", "PRIVATE"].contains(&wanted) {
        return Err(ManagementError::bad_request(
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ));
    }
    let types = &mut document["endpointConfiguration"]["types"];
    if !types.is_array() {
        *types = json!([]);
    }
    let Some(types) = types.as_array_mut() else { return Err(patch::invalid_path(operation)) };
    types.retain(|own| own != wanted);
    if operation.op == Some(Op::Add) {
        types.push(wanted.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
