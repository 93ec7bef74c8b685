//! GetModelTemplate: a mapping template that writes what a model describes, to be edited by hand
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_GetModelTemplate.html>). Reads JSON
//! schema, knows no Velocity beyond what it writes.

use std::fmt::Write as _;

use serde_json::Value;

use crate::limits::{MODEL_TEMPLATE_DEPTH_MAX, TEMPLATE_BYTES_MAX};

/// The template of a schema. `referenced` is the schema of the model that a `$ref` names; what
/// nests deeper than a template can say, circles too, is written as an empty object.
///
/// # Errors
/// A schema that is no JSON object, or a template longer than a mapping template may be.
pub fn model_template<'m>(
    schema: &str,
    referenced: impl Fn(&str) -> Option<&'m str>,
) -> Result<String, String> {
    let schema = parse(schema).ok_or("Invalid model schema specified.")?;
    let mut writer =
        Writer { text: String::new(), referenced, open: Vec::new(), depth: 0, loops: 0 };
    writer.text.push_str("#set($inputRoot = $input.path('$'))\n");
    writer.value(&schema, "$inputRoot", 0);
    if writer.is_full() {
        return Err(format!("The template has more than {TEMPLATE_BYTES_MAX} bytes"));
    }
    Ok(writer.text)
}

fn parse(schema: &str) -> Option<Value> {
    serde_json::from_str(schema).ok().filter(Value::is_object)
}

struct Writer<F> {
    text: String,
    referenced: F,
    /// References that are being written: one of them again is a circle.
    open: Vec<String>,
    depth: usize,
    loops: usize,
}

impl<'m, F: Fn(&str) -> Option<&'m str>> Writer<F> {
    fn is_full(&self) -> bool {
        self.text.len() > TEMPLATE_BYTES_MAX
    }

    fn value(&mut self, schema: &Value, source: &str, indent: usize) {
        if self.depth > MODEL_TEMPLATE_DEPTH_MAX || self.is_full() {
            return self.text.push_str("{}");
        }
        self.depth += 1;
        match (schema.get("$ref").and_then(Value::as_str), kind(schema)) {
            (Some(reference), _) => self.reference(reference, source, indent),
            (None, "array") => self.array(schema, source, indent),
            (None, "object") => self.object(schema, source, indent),
            (None, "integer") => self.text.push_str("42"),
            (None, "number") => self.text.push_str("3.14"),
            (None, "boolean") => self.text.push_str("true"),
            (None, "null") => self.text.push_str("null"),
            (None, _) => self.text.push_str("\"foo\""),
        }
        self.depth -= 1;
    }

    fn reference(&mut self, reference: &str, source: &str, indent: usize) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let circle = self.open.iter().any(|open| open == name);
        let schema = if circle { None } else { (self.referenced)(name).and_then(parse) };
        let Some(schema) = schema else { return self.text.push_str("{}") };
        self.open.push(name.to_owned());
        self.value(&schema, source, indent);
        self.open.pop();
    }

    fn object(&mut self, schema: &Value, source: &str, indent: usize) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
            return self.text.push_str("{ }");
        };
        self.text.push_str("{\n");
        for (index, (name, property)) in properties.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let separator = if index == 0 { "" } else { ",\n" };
            // A name is JSON inside the template.
            let key = Value::from(name.as_str());
            let margin = "  ".repeat(indent + 1);
            let _ = write!(self.text, "{separator}{margin}{key} : ");
            self.value(property, &format!("{source}.{name}"), indent + 1);
        }
        let _ = write!(self.text, "\n{}}}", "  ".repeat(indent));
    }

    fn array(&mut self, schema: &Value, source: &str, indent: usize) {
        let items = schema.get("items").filter(|items| items.is_object());
        let Some(items) = items else { return self.text.push_str("[ ]") };
        // A loop inside a loop needs a name of its own.
        let element = match self.loops {
            0 => "elem".to_owned(),
            loops => format!("elem{loops}"),
        };
        let margin = "  ".repeat(indent);
        let _ = write!(
            self.text,
            "[\n##TODO: Update this foreach loop to reference array from input json\n\
             #foreach(${element} in {source})\n{margin} "
        );
        self.loops += 1;
        self.value(items, &format!("${element}"), indent);
        self.loops -= 1;
        let _ = write!(self.text, " \n#if($foreach.hasNext),#end\n#end\n{margin}]");
    }
}

/// The type a schema says, the first of several, or what its members tell.
fn kind(schema: &Value) -> &str {
    let said = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first(),
        other => other,
    };
    match said.and_then(Value::as_str) {
        Some(kind) => kind,
        None if schema.get("items").is_some() => "array",
        None if schema.get("enum").is_some() => "string",
        None => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, expected: &str) {
        let models = |name: &str| match name {
            "Pet" => Some(r#"{"properties": {"id": {"type": "integer"}}}"#),
            "Node" => Some(r##"{"properties": {"next": {"$ref": "#/x/Node"}}}"##),
            _ => None,
        };
        let template = model_template(schema, models).expect("a template");
        assert_eq!(template, format!("#set($inputRoot = $input.path('$'))\n{expected}"));
    }

    #[test]
    fn scalars_and_objects() {
        check(r#"{"type": "object"}"#, "{ }");
        check(
            r#"{"type": "object", "properties": {
                "id": {"type": "integer"}, "price": {"type": "number"}, "a\"b": {"type": "string"},
                "sold": {"type": ["boolean", "null"]}, "tag": {"enum": ["x"]},
                "in": {"type": "object", "properties": {"x": {"type": "null"}}}}}"#,
            "{\n  \"id\" : 42,\n  \"price\" : 3.14,\n  \"a\\\"b\" : \"foo\",\n  \"sold\" : true,\n\
             \x20 \"tag\" : \"foo\",\n  \"in\" : {\n    \"x\" : null\n  }\n}",
        );
    }

    #[test]
    fn arrays_loop_over_the_input() {
        check(
            r#"{"type": "array", "items": {"type": "object", "properties": {
                "age": {"type": "integer"}}}}"#,
            "[\n##TODO: Update this foreach loop to reference array from input json\n\
             #foreach($elem in $inputRoot)\n {\n  \"age\" : 42\n} \n\
             #if($foreach.hasNext),#end\n#end\n]",
        );
        check(r#"{"type": "array"}"#, "[ ]");
    }

    #[test]
    fn references_are_followed_once() {
        let url = "https://apigateway.amazonaws.com/restapis/a/models";
        check(&format!(r#"{{"$ref": "{url}/Pet"}}"#), "{\n  \"id\" : 42\n}");
        check(&format!(r#"{{"$ref": "{url}/Node"}}"#), "{\n  \"next\" : {}\n}");
        check(&format!(r#"{{"$ref": "{url}/Ghost"}}"#), "{}");
    }

    #[test]
    fn refuses_what_is_no_schema_and_what_is_too_long() {
        for schema in ["", "[]", "{", "\"x\""] {
            assert!(model_template(schema, |_| None).is_err(), "{schema}");
        }
        // Every model twice the one before: too much text, never too much time.
        let schemas: Vec<String> = (0..40)
            .map(|n| {
                format!(
                    r#"{{"properties": {{"a": {{"$ref": "x/{n}"}}, "b": {{"$ref": "x/{n}"}}}}}}"#
                )
            })
            .collect();
        let next = |name: &str| schemas.get(name.parse::<usize>().ok()? + 1).map(String::as_str);
        assert!(model_template(&schemas[0], next).is_err());
    }
}
