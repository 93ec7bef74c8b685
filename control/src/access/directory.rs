//! Access keys and their users, as calls are checked against them: an index over the documents,
//! read anew when these change. What cannot be read is left out, so it is refused.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ringway_core::iam::{Policies, PolicyKind};
use ringway_core::identity::{AccessKeyId, Identity, SecretAccessKey, UserName};
use ringway_core::limits::SIGNING_KEYS_MAX;
use ringway_core::sigv4::{Scope as SignatureScope, SigningKey};
use serde::de::DeserializeOwned;

use crate::definition::{AccessKey, KeyStatus, User};
use crate::documents::{Document, Entry, Key, Kind, State};

/// Everybody who has a key.
#[derive(Default)]
pub(super) struct Directory {
    holders: HashMap<Box<str>, Holder>,
    users: HashMap<Key, Arc<Subject>>,
    /// By access key, day and region: of signatures that were proven only, so that strangers fill
    /// nothing. It goes with the directory, so that no key outlives its secret.
    signing_keys: Mutex<HashMap<[Box<str>; 3], SigningKey>>,
}

/// An active access key.
pub(super) struct Holder {
    pub(super) identity: Identity,
    pub(super) subject: Arc<Subject>,
    secret: SecretAccessKey,
}

/// A user as policies see it.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) user_id: Box<str>,
    pub(super) policies: Policies,
    user_name: UserName,
    /// What it was read from.
    body: Arc<str>,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").field("keys", &self.holders.len()).finish_non_exhaustive()
    }
}

impl Directory {
    /// Reads all users and keys; users that did not change since `before` are not compiled again.
    pub(super) fn read(state: &State, before: &Self) -> Self {
        let mut directory = Self::default();
        for (key, entry) in state.all(Kind::User) {
            let known = before.users.get(key).filter(|it| Arc::ptr_eq(&it.body, &entry.body));
            let subject = known.cloned().or_else(|| Subject::read(entry).map(Arc::new));
            if let Some(subject) = subject {
                directory.users.insert(key.clone(), subject);
            }
        }
        for (key, entry) in state.all(Kind::AccessKey) {
            if let Some((id, holder)) = directory.holder(key, entry) {
                directory.holders.insert(id, holder);
            }
        }
        directory
    }

    fn holder(&self, key: &Key, entry: &Entry) -> Option<(Box<str>, Holder)> {
        let AccessKey { access_key_id, secret, user_name, status, .. } = read(entry)?;
        match status {
            KeyStatus::Active => {}
            KeyStatus::Inactive => return None,
        }
        let scope = key.scope();
        let user = Key::new(&scope, Kind::User, "", &user_name.to_ascii_lowercase());
        let subject = Arc::clone(self.users.get(&user)?);
        let id = AccessKeyId::parse(&access_key_id)?;
        let identity = Identity::of(&scope.account_id, subject.user_name.clone(), id);
        let secret = SecretAccessKey::parse(&secret.0)?;
        Some((access_key_id.into(), Holder { identity, subject, secret }))
    }

    /// The holder of an active key.
    pub(super) fn holder_of(&self, access_key_id: &str) -> Option<&Holder> {
        self.holders.get(access_key_id)
    }

    /// The signing key of a scope, kept or derived.
    pub(super) fn signing_key(&self, holder: &Holder, scope: SignatureScope<'_>) -> SigningKey {
        let place = place(holder, scope);
        let kept = self.signing_keys.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(&place) {
            Some(key) => key.clone(),
            None => SigningKey::derive(&holder.secret, scope),
        }
    }

    /// Keeps a signing key that has proven a signature.
    pub(super) fn keep(&self, holder: &Holder, scope: SignatureScope<'_>, key: SigningKey) {
        let mut kept = self.signing_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SIGNING_KEYS_MAX {
            kept.clear();
        }
        kept.insert(place(holder, scope), key);
    }
}

/// The service is the same for all.
fn place(holder: &Holder, scope: SignatureScope<'_>) -> [Box<str>; 3] {
    [holder.identity.access_key_id.as_str().into(), scope.date.into(), scope.region.into()]
}

impl Holder {
    pub(super) fn secret(&self) -> &SecretAccessKey {
        &self.secret
    }
}

impl Subject {
    fn read(entry: &Entry) -> Option<Self> {
        let User { user_name, user_id, policies, .. } = read(entry)?;
        let documents = policies.values().map(String::as_str);
        let compiled = Policies::compile(documents, PolicyKind::Identity);
        // A statement that is not understood may be one that denies: all or none.
        let policies = compiled.unwrap_or_else(|error| {
            eprintln!("ringway: user {user_name} may do nothing, a policy is malformed: {error}");
            Policies::default()
        });
        let body = Arc::clone(&entry.body);
        Some(Self {
            user_id: user_id.into(),
            policies,
            user_name: UserName::parse(&user_name)?,
            body,
        })
    }
}

fn read<T: Document + DeserializeOwned>(entry: &Entry) -> Option<T> {
    let read = serde_json::from_str(&entry.body);
    // The error of serde_json names types and places, and no values of texts.
    read.map_err(|_| eprintln!("ringway: a {} in the store cannot be read", T::KIND.name())).ok()
}
