//! Pages of lists: `limit` and `position` in, `item` and `position` out. One implementation.

use serde_json::{Map, Value};

use super::input::Input;
use super::wire::Answer;
use crate::error::ManagementError;

/// AWS's page when no limit is given.
const PAGE_DEFAULT: usize = 25;
/// AWS's largest page.
const PAGE_MAX: usize = 500;

/// One page of a list that is complete in memory. `position` is the place of the next item, so a
/// page stays valid while items are added behind it.
pub(crate) fn page<T>(
    input: &Input,
    items: Vec<T>,
    show: impl FnMut(T) -> Result<Value, ManagementError>,
) -> Result<Answer, ManagementError> {
    let start = match input.text("position") {
        None | Some("") => 0,
        Some(position) => read(position)
            .ok_or_else(|| ManagementError::bad_request("Invalid position parameter"))?,
    };
    let limit = match input.integer("limit") {
        // AWS takes a negative limit for none (recorded with -1).
        None | Some(..=0) => PAGE_DEFAULT,
        Some(limit) => usize::try_from(limit).unwrap_or(PAGE_MAX).min(PAGE_MAX),
    };
    let count = items.len();
    let shown: Result<Vec<Value>, _> =
        items.into_iter().skip(start).take(limit).map(show).collect();
    let mut answer = Map::new();
    answer.insert("item".into(), Value::Array(shown?));
    if start + limit < count {
        answer.insert("position".into(), written(start + limit).into());
    }
    Ok(Answer::Json(Value::Object(answer)))
}

/// Positions look like nothing that a client would want to compute with.
fn written(at: usize) -> String {
    format!("p{at:x}")
}

fn read(position: &str) -> Option<usize> {
    usize::from_str_radix(position.strip_prefix('p')?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pages(limit: i64, count: usize) -> Vec<usize> {
        let (mut position, mut sizes) = (String::new(), Vec::new());
        loop {
            let input = Input::of(json!({"limit": limit, "position": position}));
            let items: Vec<usize> = (0..count).collect();
            let Answer::Json(answer) = page(&input, items, |n| Ok(n.into())).unwrap() else {
                panic!("a list is JSON")
            };
            sizes.push(answer["item"].as_array().unwrap().len());
            match answer.get("position") {
                Some(next) => position = next.as_str().unwrap().to_owned(),
                None => return sizes,
            }
        }
    }

    #[test]
    fn every_item_is_on_one_page() {
        assert_eq!(pages(2, 5), [2, 2, 1]);
        assert_eq!(pages(5, 5), [5]);
        assert_eq!(pages(-1, 30), [25, 5]);
        assert_eq!(pages(1_000, 501), [500, 1]);
        assert_eq!(pages(1, 0), [0]);
        let input = Input::of(json!({"position": "x"}));
        assert!(page(&input, vec![1], |n| Ok(n.into())).is_err());
    }
}
