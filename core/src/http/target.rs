//! The request target: its form, path, query and authority (RFC 9112 section 3.2).

use super::HeadError;
use super::syntax::{is_authority, is_target_byte};

/// Ranges of a target, relative to its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// Start and end of the path; empty means `/` (absolute-form without a path).
    pub(super) path: (usize, usize),
    /// Start of the query, after `?`.
    pub(super) query: Option<usize>,
    /// Start and end of the authority of absolute-form.
    pub(super) authority: Option<(usize, usize)>,
}

impl Target {
    /// Takes a target apart. Authority-form belongs to CONNECT, which is refused.
    pub(super) fn of(method: &str, target: &[u8]) -> Result<Self, HeadError> {
        if method == "CONNECT" {
            return Err(HeadError::Malformed("CONNECT is not for a gateway"));
        }
        if !target.iter().all(|&byte| is_target_byte(byte)) {
            return Err(HeadError::Malformed("fragment or invalid byte in the request target"));
        }
        if target == b"*" {
            return if method == "OPTIONS" {
                Ok(Self { path: (0, 1), query: None, authority: None })
            } else {
                Err(HeadError::Malformed("asterisk target is for OPTIONS only"))
            };
        }
        if target.first() == Some(&b'/') {
            return Ok(Self::from_path(target, 0, None));
        }
        let start = scheme_len(target)
            .ok_or(HeadError::Malformed("request target is neither a path nor an http URI"))?;
        let end = target[start..]
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?'))
            .map_or(target.len(), |at| start + at);
        if !is_authority(&target[start..end]) {
            return Err(HeadError::Malformed("invalid authority in the request target"));
        }
        Ok(Self::from_path(target, end, Some((start, end))))
    }

    fn from_path(target: &[u8], start: usize, authority: Option<(usize, usize)>) -> Self {
        match target[start..].iter().position(|&byte| byte == b'?') {
            Some(at) => Self { path: (start, start + at), query: Some(start + at + 1), authority },
            None => Self { path: (start, target.len()), query: None, authority },
        }
    }
}

/// Length of `http://` or `https://` at the start, without regard to case.
fn scheme_len(target: &[u8]) -> Option<usize> {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| {
            target
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
        })
        .map(str::len)
}
