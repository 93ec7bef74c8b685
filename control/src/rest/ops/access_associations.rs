//! Access associations of private domain names
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_DomainNameAccessAssociation.html>).

use super::arn;
use crate::definition::AccessAssociation;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown};
use crate::rest::paging::page;
use crate::rest::wire::Answer;

/// CreateDomainNameAccessAssociation. Only with a domain name of the caller's own account and
/// region: what the management policy of another account allows is not evaluated, so nothing of it
/// is allowed.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let domain_arn = call.input.required("domainNameArn").to_owned();
    let domain = own_domain(call, &domain_arn)?;
    let source = call.input.required("accessAssociationSource").to_owned();
    if !source.starts_with("vpce-") {
        let text =
            format!("Invalid access association source, it must be a VPC endpoint: {source}");
        return Err(ManagementError::bad_request(text));
    }
    let scope = call.tx.scope();
    let association = AccessAssociation {
        domain_name_access_association_arn: format!(
            "arn:aws:apigateway:{}:{}:/domainnameaccessassociations/domainname/{domain}/vpcesource/\
             {source}",
            scope.region, scope.account_id
        ),
        domain_name_arn: domain_arn,
        access_association_source_type: call
            .input
            .required("accessAssociationSourceType")
            .to_owned(),
        access_association_source: source,
        tags: call.input.texts("tags"),
    };
    let id = &association.domain_name_access_association_arn;
    if call.tx.has(Kind::AccessAssociation, "", id) {
        return Err(ManagementError::conflict("Domain name access association already exists"));
    }
    call.tx.put("", id, &association)?;
    answer(&association)
}

/// GetDomainNameAccessAssociations. Those of other accounts are none: see [`create`].
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let own = call.input.text("resourceOwner") != Some("OTHER_ACCOUNTS");
    let all = if own { call.tx.list::<AccessAssociation>("")? } else { Vec::new() };
    page(&call.input, all, |association| shown(&association))
}

/// DeleteDomainNameAccessAssociation.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let arn = call.input.required("domainNameAccessAssociationArn").to_owned();
    if !call.tx.remove(Kind::AccessAssociation, "", &arn) {
        return Err(unknown());
    }
    Ok(Answer::Empty)
}

/// RejectDomainNameAccessAssociation: the owner of the domain name ends an association.
pub(in crate::rest) fn reject(call: &mut Call<'_>) -> Answered {
    let arn = call.input.required("domainNameAccessAssociationArn").to_owned();
    let domain_arn = call.input.required("domainNameArn").to_owned();
    own_domain(call, &domain_arn)?;
    let association = call.tx.find::<AccessAssociation>("", &arn)?.ok_or_else(unknown)?;
    if association.domain_name_arn != domain_arn {
        return Err(unknown());
    }
    call.tx.remove(Kind::AccessAssociation, "", &arn);
    Ok(Answer::Empty)
}

fn unknown() -> ManagementError {
    ManagementError::not_found("Invalid domain name access association identifier specified")
}

/// The private domain name of an ARN, if the caller owns it.
fn own_domain(call: &Call<'_>, text: &str) -> Result<String, ManagementError> {
    let arn = arn::read(text)?;
    let scope = call.tx.scope();
    let name = arn.resource.strip_prefix("/domainnames/").filter(|name| name.contains('+'));
    let Some(name) = name.filter(|_| arn.service == "apigateway") else {
        let text = format!("Invalid ARN, it must name a private domain name: {text}");
        return Err(ManagementError::bad_request(text));
    };
    if (arn.account_id, arn.region) != (&*scope.account_id, &*scope.region) {
        return Err(ManagementError::access_denied(
            "Domain names of other accounts and regions cannot be associated: their management \
             policies are not evaluated",
        ));
    }
    if !call.tx.has(Kind::DomainName, "", name) {
        return Err(ManagementError::not_found("Invalid domain name identifier specified"));
    }
    Ok(name.to_owned())
}
