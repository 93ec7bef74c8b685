//! Client certificates (<https://docs.aws.amazon.com/apigateway/latest/api/API_ClientCertificate.html>):
//! what back ends know the gateway by.

use std::time::Duration;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    RsaKeySize, date_time_ymd,
};
use serde_json::Value;

use crate::definition::{ClientCertificate, Secret, Stage};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown, without_empty};
use crate::rest::paging::page;
use crate::rest::patch::{self, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[Rule { path: "/description", ops: REPLACE, target: Target::Value(patch::text) }],
    wording: Wording::Plain,
};

/// AWS's certificates hold a year.
const VALID_SECONDS: u64 = 365 * 24 * 60 * 60;

/// GenerateClientCertificate.
pub(in crate::rest) fn generate(call: &mut Call<'_>) -> Answered {
    let now = call.now_ms / 1_000;
    let (pem_encoded_certificate, private_key) = self_signed(now)?;
    let certificate = ClientCertificate {
        client_certificate_id: call.short_id()?,
        description: call.input.text("description").map(str::to_owned),
        pem_encoded_certificate,
        created_date: call.now_seconds(),
        expiration_date: i64::try_from(now + VALID_SECONDS).unwrap_or(i64::MAX),
        tags: call.input.texts("tags"),
        private_key,
    };
    call.tx.put("", &certificate.client_certificate_id, &certificate)?;
    show(&certificate).map(Answer::Json)
}

/// GetClientCertificate.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?).map(Answer::Json)
}

/// GetClientCertificates.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    page(&call.input, call.tx.list::<ClientCertificate>("")?, |certificate| show(&certificate))
}

/// UpdateClientCertificate.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let certificate = existing(call)?;
    let certificate: ClientCertificate =
        patch::patched(&certificate, &patch::operations(&call.input)?, RULES)?;
    call.tx.put("", &certificate.client_certificate_id, &certificate)?;
    show(&certificate).map(Answer::Json)
}

/// DeleteClientCertificate; one that a stage uses stays.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let id = existing(call)?.client_certificate_id;
    for api in call.tx.ids(Kind::RestApi, "") {
        let stages = call.tx.list::<Stage>(&api)?;
        let user = stages.iter().find(|stage| stage.client_certificate_id.as_deref() == Some(&*id));
        if let Some(stage) = user {
            let stage = &stage.stage_name;
            return Err(ManagementError::bad_request(format!(
                "Cannot delete client certificate '{id}', it is used by stage {api}/{stage}"
            )));
        }
    }
    call.tx.remove(Kind::ClientCertificate, "", &id);
    Ok(Answer::Empty)
}

fn existing(call: &mut Call<'_>) -> Result<ClientCertificate, ManagementError> {
    let id = call.input.required("clientCertificateId").to_owned();
    let text = "Invalid Client Certificate identifier specified";
    call.tx.find("", &id)?.ok_or_else(|| ManagementError::not_found(text))
}

fn show(certificate: &ClientCertificate) -> Result<Value, ManagementError> {
    let mut value = shown(certificate)?;
    if let Value::Object(members) = &mut value {
        members.shift_remove("privateKey");
    }
    Ok(without_empty(value, &["description", "tags"]))
}

/// A certificate of its own key, RSA of 2048 bits as AWS's, and the key, both PEM.
fn self_signed(now_seconds: u64) -> Result<(String, Secret), ManagementError> {
    let made = || {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "ApiGateway");
        params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_secs(now_seconds);
        params.not_after = params.not_before + Duration::from_secs(VALID_SECONDS);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.self_signed(&key)?;
        Ok::<_, rcgen::Error>((certificate.pem(), Secret(key.serialize_pem())))
    };
    made().map_err(|error| {
        eprintln!("ringway: a client certificate could not be made: {error}");
        ManagementError::internal()
    })
}

#[cfg(test)]
mod tests;
