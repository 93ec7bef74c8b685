//! What a new definition changes, in numbers of routes. Compares definitions, prints one line.

use std::collections::BTreeMap;
use std::fmt;

use ringway_core::definition::{Definitions, Method};

/// API, stage, path, verb.
type Route<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Difference between two definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    added: usize,
    removed: usize,
    changed: usize,
}

impl Change {
    /// From `old` to `new`.
    pub(crate) fn between(old: &Definitions, new: &Definitions) -> Self {
        let (old, new) = (routes(old), routes(new));
        let added = new.keys().filter(|route| !old.contains_key(*route)).count();
        let removed = old.keys().filter(|route| !new.contains_key(*route)).count();
        let differs = |(route, method): (&Route<'_>, &&Method)| {
            new.get(route).is_some_and(|other| other != method)
        };
        let changed = old.iter().filter(|entry| differs(*entry)).count();
        Self { added, removed, changed }
    }
}

fn routes(definitions: &Definitions) -> BTreeMap<Route<'_>, &Method> {
    let mut routes = BTreeMap::new();
    for api in &definitions.apis {
        for deployed in &api.stages {
            for resource in deployed.deployment.copy().into_iter().flat_map(|api| &api.resources) {
                for (verb, method) in &resource.methods {
                    let stage = deployed.stage.stage_name.as_str();
                    routes
                        .insert((api.id.as_str(), stage, resource.path.as_str(), &**verb), method);
                }
            }
        }
    }
    routes
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (self.added, self.removed, self.changed) == (0, 0, 0) {
            return f.write_str("no route changed");
        }
        let counts = [('+', self.added), ('-', self.removed), ('~', self.changed)];
        for (sign, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            write!(f, "{sign}{count} ")?;
        }
        let one = self.added + self.removed + self.changed == 1;
        f.write_str(if one { "route" } else { "routes" })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ringway_core::definition::{DeployedApi, DeployedStage, Resource, RestApi, Stage};

    use super::*;

    fn definitions(routes: &[(&str, &str, bool)]) -> Definitions {
        let mut api = RestApi::default();
        for (path, verb, api_key_required) in routes {
            let mut resource = Resource { path: (*path).into(), ..Resource::default() };
            let method = Method { api_key_required: *api_key_required, ..Method::default() };
            resource.methods.insert((*verb).into(), method);
            api.resources.push(resource);
        }
        let stage = Stage { stage_name: "dev".into(), ..Stage::default() };
        let stages = vec![DeployedStage {
            stage: Arc::new(stage),
            deployment: api.into(),
            canary_deployment: None,
        }];
        Definitions { apis: vec![DeployedApi { id: "a".into(), stages }], ..Definitions::default() }
    }

    #[test]
    fn routes_are_counted() {
        let check = |new: &[(&str, &str, bool)], expect: &str| {
            let old = definitions(&[("/a", "GET", false), ("/b", "GET", false)]);
            assert_eq!(Change::between(&old, &definitions(new)).to_string(), expect);
        };
        check(&[("/a", "GET", false), ("/b", "GET", false)], "no route changed");
        check(&[("/a", "GET", false)], "-1 route");
        check(&[("/a", "GET", true), ("/b", "GET", false)], "~1 route");
        check(&[("/a", "GET", false), ("/b", "POST", false), ("/c", "GET", true)], "+2 -1 routes");
    }
}
