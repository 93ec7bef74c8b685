//! JSONPath beside Jayway's.

use ringway_core::json::{Escapes, Json};
use ringway_core::mapping::json_path::JsonPath;

use super::json_path_cases::{documents, generated, paths};
use super::run::{Compared, answers, jar, report};

fn ours(document: &str, path: &str) -> String {
    let Ok(path) = JsonPath::compile(path) else { return "refused".to_owned() };
    let json = Json::parse(document).expect(document);
    match path.evaluate(&json).map(ringway_core::mapping::json_path::Found::into_json) {
        Ok(Some(found)) => {
            let mut out = "= ".to_owned();
            found.write(Escapes::JsonSmart, &mut out);
            out
        }
        Ok(None) => "none".to_owned(),
        Err(_) => "error".to_owned(),
    }
}

/// Differences that are meant.
fn accepted(path: &str, oracle: &str, ours: &str) -> Option<&'static str> {
    let functions = ["nosuch("];
    if functions.iter().any(|name| path.contains(name)) && ours == "refused" && oracle != "refused"
    {
        return Some("a function that does not exist is refused when compiled, not when reached");
    }
    let arguments = [r#"concat("a\"b")"#, r#"concat(" ", "\\")"#, "sum([1,2])"];
    if arguments.iter().any(|call| path.contains(call)) && ours == "refused" {
        return Some("an argument that is no JSON is refused, not read as json-smart happens to");
    }
    None
}

#[test]
fn json_path_is_jayways() {
    let documents = documents();
    let on_each = |path: &'static str| documents.iter().map(move |document| (*document, path));
    let written = paths().into_iter().flat_map(on_each);
    let written = written.map(|(document, path)| (document, path.to_owned()));
    let cases = written.chain(generated(4_000)).collect::<Vec<_>>();
    let lines = cases
        .iter()
        .map(|(document, path)| serde_json::to_string(&[*document, path.as_str()]).expect("JSON"));
    let lines = lines.collect::<Vec<_>>();
    let jar = jar("package/build/wiremock-standalone-3.13.2.jar");
    let oracle = answers("JsonPathBatch.java", &[jar], &lines);
    let compared = cases.into_iter().zip(oracle).map(|((document, path), oracle)| {
        let oracle = if oracle.starts_with("error ") { "error".to_owned() } else { oracle };
        let ours = ours(document, &path);
        let accepted = accepted(&path, &oracle, &ours);
        let short = document.chars().take(60).collect::<String>();
        Compared { case: format!("{path}   on {short}"), oracle, ours, accepted }
    });
    report("JSONPath", 5_000, &compared.collect::<Vec<_>>());
}
