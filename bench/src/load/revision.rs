//! Answers that say twice which revision made them: in a header, and in the body. They must agree,
//! and none may be older than what was confirmed before its request left.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::stats::Failure;

/// Header that carries the revision.
pub const REVISION_HEADER: &str = "x-revision";
/// What the body begins with; the revision and a brace follow.
const BODY: &str = "{\"revision\":";

/// Which revisions may still be answered.
#[derive(Debug, Default)]
pub struct Revisions {
    confirmed: AtomicU64,
}

impl Revisions {
    /// From now on no request may get an answer of an older one.
    pub fn confirm(&self, revision: u64) {
        self.confirmed.fetch_max(revision, Ordering::SeqCst);
    }

    /// The oldest that a request that leaves now may get.
    pub(super) fn confirmed(&self) -> u64 {
        self.confirmed.load(Ordering::SeqCst)
    }

    /// The body of an answer of this revision.
    #[must_use]
    pub fn body(revision: u64) -> String {
        format!("{BODY}{revision}}}")
    }
}

/// Holds a response against what was confirmed when its request left.
pub(super) fn check(response: &[u8], confirmed: u64) -> Result<(), Failure> {
    match revision(response) {
        None => Err(Failure::Mixed),
        Some(revision) if revision < confirmed => Err(Failure::Stale),
        Some(_) => Ok(()),
    }
}

/// The revision that all parts of a response agree on.
fn revision(response: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(response).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let number: u64 = body.strip_prefix(BODY)?.strip_suffix('}')?.parse().ok()?;
    let mut fields = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case(REVISION_HEADER))?;
    (value.parse() == Ok(number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_agree_and_are_not_older_than_what_was_confirmed() {
        let answer = |header: &str, body: &str| {
            format!("HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 9\r\n\r\n{body}")
        };
        let check = |header: &str, body: &str, expect: Result<(), Failure>| {
            assert_eq!(check(answer(header, body).as_bytes(), 7), expect, "{header} {body}");
        };
        check("X-Revision: 7", &Revisions::body(7), Ok(()));
        check("x-revision: 12", &Revisions::body(12), Ok(()));
        check("x-revision: 6", &Revisions::body(6), Err(Failure::Stale));
        check("x-revision: 8", &Revisions::body(7), Err(Failure::Mixed));
        check("x-other: 8", &Revisions::body(8), Err(Failure::Mixed));
        check("x-revision: 8", "{}", Err(Failure::Mixed));
    }

    #[test]
    fn what_is_confirmed_never_goes_back() {
        let revisions = Revisions::default();
        [3, 9, 4].into_iter().for_each(|revision| revisions.confirm(revision));
        assert_eq!(revisions.confirmed(), 9);
    }
}
