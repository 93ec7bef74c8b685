//! Verb and path to operation, driven by the service model.

use std::collections::HashMap;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;

use super::model::{MODEL, Operation, Segment};

/// An operation and the labels of its path, decoded.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) operation: &'static Operation,
    pub(super) labels: HashMap<&'static str, String>,
}

/// Operations by verb and number of path parts; those with more static parts first.
static TABLE: LazyLock<HashMap<(&str, usize), Vec<&'static Operation>>> = LazyLock::new(|| {
    let mut table: HashMap<_, Vec<&'static Operation>> = HashMap::new();
    for operation in &MODEL.operations {
        let key = (operation.method.as_str(), operation.path.len());
        table.entry(key).or_default().push(operation);
    }
    let fixed = |operation: &Operation| {
        operation.path.iter().filter(|part| matches!(part, Segment::Static(_))).count()
    };
    for operations in table.values_mut() {
        operations
            .sort_by_key(|operation| (operation.query.is_none(), usize::MAX - fixed(operation)));
    }
    table
});

/// Finds the operation. `path` is as sent; labels are decoded part by part, so that an ARN with
/// encoded slashes stays one.
pub(super) fn find(method: &str, path: &str, query: &[(String, String)]) -> Option<Route> {
    let parts: Vec<&str> = path.trim_start_matches('/').trim_end_matches('/').split('/').collect();
    let candidates = TABLE.get(&(method, parts.len()))?;
    candidates.iter().find_map(|operation| {
        let wanted = operation.query.as_ref();
        if wanted.is_some_and(|wanted| !query.contains(wanted)) {
            return None;
        }
        Some(Route { operation, labels: labels(operation, &parts)? })
    })
}

/// Whether some operation has this path, with another verb or query.
pub(super) fn knows(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_start_matches('/').trim_end_matches('/').split('/').collect();
    MODEL
        .operations
        .iter()
        .any(|operation| operation.path.len() == parts.len() && labels(operation, &parts).is_some())
}

fn labels(operation: &'static Operation, parts: &[&str]) -> Option<HashMap<&'static str, String>> {
    let mut labels = HashMap::new();
    for (segment, part) in operation.path.iter().zip(parts) {
        match segment {
            Segment::Static(text) if text == part => {}
            Segment::Static(_) => return None,
            Segment::Label(name) => {
                let decoded = percent_decode_str(part).decode_utf8().ok()?;
                if decoded.is_empty() {
                    return None;
                }
                labels.insert(name.as_str(), decoded.into_owned());
            }
        }
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_at_its_own_place() {
        for operation in &MODEL.operations {
            let part = |segment: &Segment| match segment {
                Segment::Static(text) => text.clone(),
                Segment::Label(name) => format!("the-{name}"),
            };
            let path: Vec<String> = operation.path.iter().map(part).collect();
            let query: Vec<(String, String)> = operation.query.iter().cloned().collect();
            let route = find(&operation.method, &format!("/{}", path.join("/")), &query).unwrap();
            assert_eq!(route.operation.name, operation.name);
        }
        assert_eq!(MODEL.operations.len(), 124);
    }

    #[test]
    fn labels_are_decoded() {
        let arn = "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc";
        let route = find("GET", arn, &[]).unwrap();
        assert_eq!(route.operation.name, "GetTags");
        assert_eq!(route.labels["resource_arn"], "arn:aws:apigateway:us-east-1::/restapis/abc");
        assert!(find("GET", "/restapis/a/nonsense", &[]).is_none());
        assert!(find("GET", "/restapis//resources", &[]).is_none());
    }
}
