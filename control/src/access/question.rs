//! What is asked of policies: the action, the resource, and what is known of the call.

use ringway_core::iam::{Context, Decision, Request, RequestSource, management_arn};
use serde_json::Value;

use super::{Known, Presented};
use crate::documents::Scope;

/// Tags that a call names: keys, and where they are set their values.
pub(crate) type Tags = Vec<(String, Option<String>)>;

/// What a caller wants to do.
#[derive(Debug)]
pub(crate) struct Action<'a> {
    /// `apigateway:GET`.
    pub(crate) name: String,
    /// ARN.
    pub(crate) resource: String,
    /// Tags in the request.
    pub(crate) tags: &'a [(String, Option<String>)],
}

impl<'a> Action<'a> {
    /// A call of the management API, by its verb and the path it is routed by.
    pub(crate) fn managing(
        call: &Presented<'_>,
        region: &str,
        tags: &'a [(String, Option<String>)],
    ) -> Self {
        // The router looks past slashes at both ends: a resource has one name here.
        let path = format!("/{}", call.path.trim_matches('/'));
        let resource = management_arn(region, &path);
        Self { name: format!("apigateway:{}", call.method), resource, tags }
    }

    /// What the policies of a user say.
    pub(super) fn decide(
        &self,
        user: &Known,
        scope: &Scope,
        source: RequestSource<'_>,
        now_seconds: u64,
    ) -> Decision {
        let identity = &user.identity;
        let mut context = Context::default()
            .with_time(now_seconds)
            .with("aws:PrincipalAccount", &*identity.account_id)
            .with("aws:PrincipalArn", &*identity.arn)
            .with("aws:PrincipalType", "User")
            .with("aws:RequestedRegion", &*scope.region)
            .with("aws:SecureTransport", "false")
            .with("aws:userid", user.user_id())
            .with("aws:username", identity.user_name.as_str());
        context = source.add_to(context);
        for (key, value) in self.tags.iter().filter(|(key, _)| !key.is_empty()) {
            context = context.with("aws:TagKeys", key.as_str());
            if let Some(value) = value {
                context = context.with(format!("aws:RequestTag/{key}"), value.as_str());
            }
        }
        let request = Request {
            principal: Some(&identity.arn),
            action: &self.name,
            resource: &self.resource,
            context,
        };
        user.subject.policies.decide(&request)
    }
}

/// Tags of a request: `tags` of its body, `tagKeys` of its query. A body that is no JSON has none:
/// its call fails before it changes anything.
pub(crate) fn tags_of(body: &[u8], query: &[(String, String)]) -> Tags {
    let removed = query.iter().filter(|(name, _)| name == "tagKeys");
    let removed = removed.flat_map(|(_, keys)| keys.split(',').map(str::to_owned));
    let mut tags: Tags = removed.map(|key| (key, None)).collect();
    // Read as the input is: of a member that stands twice the last one counts.
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let set = body["tags"].as_object().into_iter().flatten();
    tags.extend(set.map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned))));
    tags
}
