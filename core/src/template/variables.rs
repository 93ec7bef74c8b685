//! `$context` and `$stageVariables` as maps.

use ringway_vtl::{Map, Template, Uses, Value};

use super::Overrides;
use crate::context::{Context, Variable};

/// The variables that a template may look at, and where they are in `$context`.
#[derive(Debug)]
pub(super) struct Named {
    variables: Box<[(&'static str, Variable)]>,
    families: Box<[&'static str]>,
    /// Of [`Overrides::NAMES`].
    pub(super) overrides: Box<[&'static str]>,
}

impl Named {
    /// Those of a template.
    pub(super) fn of(template: &Template) -> Self {
        let uses = template.uses("context");
        let wanted = |name: &str| match &uses {
            Uses::Whole => true,
            Uses::Properties(chains) => chains.iter().any(|chain| is_on_way(name, chain)),
        };
        let variables = Variable::NAMES.iter().copied().filter(|(name, _)| wanted(name));
        let families = ["authorizer", "identity"].into_iter().filter(|name| wanted(name));
        let overrides = Overrides::NAMES.into_iter().filter(|name| wanted(name));
        Self {
            variables: variables.collect(),
            families: families.collect(),
            overrides: overrides.collect(),
        }
    }
}

/// Whether one leads to the other.
fn is_on_way(name: &str, chain: &str) -> bool {
    let leads = |short: &str, long: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    leads(name, chain) || leads(chain, name)
}

/// `$context`: what is defined of these, in maps of its own where names have a dot.
pub(super) fn context(named: &Named, ctx: &Context<'_>) -> Map {
    let root = Map::with_capacity(named.variables.len());
    let mut text = Vec::new();
    for (name, variable) in &named.variables {
        text.clear();
        if !variable.write(ctx, &mut text) {
            continue;
        }
        let value = match variable {
            Variable::RequestTimeEpoch => Value::integer(ctx.request.received_unix_ms.into()),
            _ => Value::text(String::from_utf8_lossy(&text)),
        };
        let (parent, name) = match name.split_once('.') {
            Some((family, name)) => (member(&root, family), name),
            None => (root.clone(), *name),
        };
        parent.insert(name, value);
    }
    for family in &named.families {
        member(&root, family);
    }
    root
}

/// `$stageVariables`
pub(super) fn stage_variables(ctx: &Context<'_>) -> Map {
    let variables = ctx.stage.map_or(&[][..], |stage| &stage.variables);
    variables.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// The map of this name in another, made when it is not there.
fn member(map: &Map, name: &str) -> Map {
    if let Some(Value::Map(member)) = map.get(name) {
        return member;
    }
    let member = Map::new();
    map.insert(name, member.clone());
    member
}
