//! What is known of a request when policies are decided: condition keys and their values.

use std::borrow::Cow;

use crate::date;

/// Keys that a request can have a value for
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>). A
/// policy that names another one is refused: its condition would never be what it says.
const KEYS: &[&str] = &[
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:TagKeys",
    "aws:UserAgent",
    "aws:referer",
    "aws:userid",
    "aws:username",
];

/// Families of keys: behind the slash stands the key of a tag.
const TAGS: &[&str] = &["aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/"];

/// Whether a policy may ask for this key. Case does not count.
pub(super) fn is_known(key: &str) -> bool {
    let is_tag = |family: &&str| {
        let start = key.get(..family.len());
        key.len() > family.len() && start.is_some_and(|it| it.eq_ignore_ascii_case(family))
    };
    KEYS.iter().any(|it| it.eq_ignore_ascii_case(key)) || TAGS.iter().any(is_tag)
}

/// Condition keys of one request. A key given twice has two values; one not given is absent.
#[derive(Debug, Clone, Default)]
pub struct Context<'a> {
    entries: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Context<'a> {
    /// One more value of a key.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        let key = key.into();
        debug_assert!(is_known(&key), "{key} is in no policy");
        self.entries.push((key, value.into()));
        self
    }

    /// `aws:CurrentTime` and `aws:EpochTime`.
    #[must_use]
    pub fn with_time(self, now_unix_seconds: u64) -> Self {
        let text = date::extended(now_unix_seconds).map(char::from);
        let text = String::from_iter(text);
        self.with("aws:CurrentTime", text).with("aws:EpochTime", now_unix_seconds.to_string())
    }

    pub(super) fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        let named = move |it: &&(Cow<'a, str>, Cow<'a, str>)| it.0.eq_ignore_ascii_case(key);
        self.entries.iter().filter(named).map(|(_, value)| &**value)
    }

    /// The value of a key that has one: a variable with several has none.
    pub(super) fn sole(&self, key: &str) -> Option<&str> {
        let mut values = self.values(key);
        values.next().filter(|_| values.next().is_none())
    }
}
