//! Who calls the management plane, for which account and region, and whether they may.
//!
//! It must not know what a call does. Whatever is missing, unknown or broken is refused.

mod directory;
mod question;
mod signature;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use ringway_core::iam::RequestSource;
use ringway_core::identity::{Identity, Refusal, SecretAccessKey};

use crate::documents::{Scope, State};
use crate::error::ManagementError;
use crate::settings::Settings;
use directory::{Directory, Subject};
pub(crate) use question::{Action, tags_of};
pub(crate) use signature::credential;

/// Who may manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody who reaches the port: `ringway up`, on loopback only.
    Open,
    /// Users whose signature is proven, within their policies.
    Signed,
}

/// A call as it arrived, whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented<'r> {
    /// Verb.
    pub(crate) method: &'r Method,
    /// Everything before `?`, as it was sent.
    pub(crate) path: &'r str,
    /// Everything behind `?`, as it was sent.
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
    /// Where it comes from.
    pub(crate) peer: Option<IpAddr>,
}

impl<'r> Presented<'r> {
    /// A request and its body.
    pub(crate) fn new(parts: &'r Parts, body: &'r [u8], peer: Option<IpAddr>) -> Self {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        Self { method: &parts.method, path, query, headers: &parts.headers, body, peer }
    }

    /// Where it comes from, for policies.
    fn source(&self) -> RequestSource<'r> {
        let (user_agent, referer) = (self.header("user-agent"), self.header("referer"));
        RequestSource { peer: self.peer, user_agent, referer }
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&'r str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The account of the access key, the region of the signature's scope.
    pub(crate) scope: Scope,
    /// Whose signature was proven; nothing where nobody is asked.
    pub(crate) user: Option<Known>,
}

/// A user whose signature was proven.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) identity: Identity,
    subject: Arc<Subject>,
}

impl Known {
    /// `AIDA` and 16 characters.
    pub(crate) fn user_id(&self) -> &str {
        &self.subject.user_id
    }
}

impl Caller {
    /// Somebody who was not asked.
    pub(crate) fn anybody(scope: Scope) -> Self {
        Self { scope, user: None }
    }
}

/// What every call has to pass.
#[derive(Debug)]
pub(crate) struct Gate {
    access: Access,
    directory: Mutex<Arc<Directory>>,
}

impl Gate {
    /// A gate that knows the users among the documents.
    pub(crate) fn new(access: Access, state: &State) -> Self {
        let directory = Directory::read(state, &Directory::default());
        Self { access, directory: Mutex::new(Arc::new(directory)) }
    }

    /// Who may manage.
    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// Takes over what became of the users. From here on a removed key is refused.
    pub(crate) fn follow(&self, state: &State) {
        let directory = Arc::new(Directory::read(state, &self.directory()));
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = directory;
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a call is worth reading its body, which is not looked at: strangers fill no memory.
    ///
    /// # Errors
    /// As [`Self::caller`] would refuse it.
    pub(crate) fn expect(&self, call: &Presented<'_>) -> Result<(), ManagementError> {
        match self.access {
            Access::Open => Ok(()),
            Access::Signed => {
                signature::expect(call, &self.directory()).map_err(ManagementError::from)
            }
        }
    }

    /// Who calls; of the call only what its signature covers is looked at.
    ///
    /// # Errors
    /// 403 with AWS's code and text.
    pub(crate) fn caller(
        &self,
        call: &Presented<'_>,
        settings: &Settings,
        now_seconds: u64,
    ) -> Result<Caller, ManagementError> {
        match self.access {
            Access::Open => Ok(Caller::anybody(signature::claimed_scope(call.headers, settings))),
            Access::Signed => signature::verify(call, &self.directory(), now_seconds)
                .map_err(ManagementError::from),
        }
    }

    /// Whether the policies of a caller allow an action.
    ///
    /// # Errors
    /// 403 with AWS's sentence.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        action: &Action<'_>,
        call: &Presented<'_>,
        now_seconds: u64,
    ) -> Result<(), ManagementError> {
        match (self.access, &caller.user) {
            (Access::Open, _) => Ok(()),
            // Nobody comes this far without a proven signature.
            (Access::Signed, None) => Err(Refusal::MissingAuthenticationToken.into()),
            (Access::Signed, Some(user)) => {
                let decision = action.decide(user, &caller.scope, call.source(), now_seconds);
                let Action { name, resource, .. } = action;
                match Refusal::of(decision, &user.identity.arn, name, resource) {
                    None => Ok(()),
                    Some(refusal) => Err(refusal.into()),
                }
            }
        }
    }
}

impl Gate {
    /// The secret of an active access key.
    pub(crate) fn secret(&self, access_key_id: &str) -> Option<SecretAccessKey> {
        self.directory().holder_of(access_key_id).map(|holder| holder.secret().clone())
    }

    /// As [`Self::allow`], for what another listener of this process is asked to do.
    pub(crate) fn allow_elsewhere(
        &self,
        access_key_id: &str,
        (name, resource): (&str, &str),
        scope: &Scope,
        source: RequestSource<'_>,
        now_seconds: u64,
    ) -> Result<(), Refusal> {
        let directory = self.directory();
        let holder = directory.holder_of(access_key_id).ok_or(Refusal::UnrecognizedClient)?;
        let identity = holder.identity.clone();
        // What belongs to an account is not given away by policies of users of another one.
        if *identity.account_id != *scope.account_id {
            let user = &identity.arn;
            let why = format!(
                "User: {user} is not authorized to perform: {name} on resource: {resource} because \
                 no resource-based policy allows the {name} action"
            );
            return Err(Refusal::AccessDenied(why.into()));
        }
        let user = Known { identity, subject: Arc::clone(&holder.subject) };
        let action = Action { name: name.into(), resource: resource.into(), tags: &[] };
        let decision = action.decide(&user, scope, source, now_seconds);
        Refusal::of(decision, &user.identity.arn, name, resource).map_or(Ok(()), Err)
    }
}

impl From<Refusal> for ManagementError {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.exception(), ..Self::access_denied(refusal.to_string()) }
    }
}
