//! Principals of resource policies: whom a statement is about.

use super::grammar::{Many, Pairs, Principal as Written};

/// One principal, or all of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
enum One {
    /// `*`, anonymous callers included.
    Anyone,
    /// Twelve digits: every identity of the account.
    Account(Box<str>),
    /// One user or role.
    Arn(Box<str>),
    /// A service, a federated or a canonical user: nobody who signs with a key of ours.
    Foreign,
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principals(Vec<One>);

impl Principals {
    pub(super) fn parse(written: Written) -> Result<Self, String> {
        let Pairs(kinds) = match written {
            Written::Any => return Ok(Self(vec![One::Anyone])),
            Written::Kinds(kinds) => kinds,
        };
        let mut all = Vec::new();
        for (kind, Many(names)) in kinds {
            for name in names {
                all.push(one(&kind, &name)?);
            }
        }
        if all.is_empty() {
            return Err("Policy statement must contain principals.".into());
        }
        Ok(Self(all))
    }

    /// `arn` is nothing for an anonymous caller.
    pub(super) fn include(&self, arn: Option<&str>) -> bool {
        let account = arn.and_then(|arn| arn.split(':').nth(4));
        self.0.iter().any(|one| match one {
            One::Anyone => true,
            One::Account(it) => account == Some(it),
            One::Arn(it) => arn == Some(it),
            One::Foreign => false,
        })
    }
}

fn one(kind: &str, name: &str) -> Result<One, String> {
    let invalid = || Err(format!("Invalid principal in policy: \"{kind}\":\"{name}\""));
    match kind {
        "AWS" if name == "*" => Ok(One::Anyone),
        "AWS" if is_account(name) => Ok(One::Account(name.into())),
        "AWS" => {
            let parts: Vec<&str> = name.splitn(6, ':').collect();
            match parts[..] {
                ["arn", _, "iam", "", account, "root"] if is_account(account) => {
                    Ok(One::Account(account.into()))
                }
                // A wildcard inside an ARN is not supported in a principal, by AWS neither.
                ["arn", _, "iam" | "sts", "", account, rest]
                    if is_account(account) && !rest.is_empty() && !rest.contains(['*', '?']) =>
                {
                    Ok(One::Arn(name.into()))
                }
                _ => invalid(),
            }
        }
        "Service" | "Federated" | "CanonicalUser" if !name.is_empty() => Ok(One::Foreign),
        _ => invalid(),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
