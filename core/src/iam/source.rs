//! Where a call comes from, as conditions of policies ask for it.

use std::net::IpAddr;

use super::Context;

/// What is known of the sender of a call
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestSource<'r> {
    /// `aws:SourceIp`.
    pub peer: Option<IpAddr>,
    /// `aws:UserAgent`.
    pub user_agent: Option<&'r str>,
    /// `aws:referer`.
    pub referer: Option<&'r str>,
}

impl<'r> RequestSource<'r> {
    /// A context with what is known.
    pub fn add_to(self, mut context: Context<'r>) -> Context<'r> {
        if let Some(peer) = self.peer {
            context = context.with("aws:SourceIp", peer.to_canonical().to_string());
        }
        let texts = [("aws:UserAgent", self.user_agent), ("aws:referer", self.referer)];
        for (key, value) in texts {
            if let Some(value) = value {
                context = context.with(key, value);
            }
        }
        context
    }
}
