//! `$context` and `$stageVariables` as maps.

use ringway_vtl::{Map, Value};

use crate::context::{Context, Variable};

/// `$context`: what is defined, in maps of its own where names have a dot.
pub(super) fn context(ctx: &Context<'_>) -> Map {
    let root = Map::with_capacity(40);
    let mut text = Vec::new();
    for (name, variable) in Variable::NAMES {
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
    for family in ["authorizer", "identity"] {
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
