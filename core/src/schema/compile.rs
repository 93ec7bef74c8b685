//! Schema texts to nodes. Every schema of every model becomes one node; references become the
//! number of the node they lead to, so cycles cost nothing.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use indexmap::IndexMap;

use super::check::{Check, Items, Limit, Node};
use super::{SchemaError, Schemas, reference, syntax};
use crate::json::{Json, Members};
use crate::limits::{REFERENCE_CHAIN_MAX, SCHEMA_NODES_MAX};

/// A place: the model, and the tokens of the pointer into it.
type Place = (usize, Vec<String>);

struct Compiler<'m> {
    names: Vec<&'m str>,
    roots: Vec<Json<'m>>,
    numbers: AHashMap<Place, usize>,
    /// Places whose nodes are still to be made, by number.
    places: Vec<Place>,
}

pub(super) fn compile(models: &IndexMap<String, String>) -> Result<Schemas, SchemaError> {
    let mut compiler = Compiler {
        names: Vec::new(),
        roots: Vec::new(),
        numbers: AHashMap::new(),
        places: Vec::new(),
    };
    for (name, text) in models {
        let root = Json::parse(text).map_err(|error| SchemaError {
            model: name.clone(),
            pointer: String::new(),
            message: format!("no JSON at byte {}: {}", error.position, error.message),
        })?;
        compiler.names.push(name);
        compiler.roots.push(root);
    }
    let mut by_name = AHashMap::new();
    for (model, name) in models.keys().enumerate() {
        let number = compiler.number(model, Vec::new())?;
        by_name.insert(name.as_str().into(), number);
    }
    let mut nodes = Vec::new();
    while nodes.len() < compiler.places.len() {
        let (model, tokens) = compiler.places[nodes.len()].clone();
        nodes.push(compiler.node(model, &tokens)?);
    }
    compiler.refuse_loops(&nodes)?;
    Ok(Schemas { nodes: Arc::from(nodes), by_name })
}

impl<'m> Compiler<'m> {
    fn error<T>(&self, model: usize, tokens: &[String], message: String) -> Result<T, SchemaError> {
        let pointer = reference::text(tokens);
        Err(SchemaError { model: self.names[model].to_owned(), pointer, message })
    }

    fn value(&self, model: usize, tokens: &[String]) -> Option<&Json<'m>> {
        tokens.iter().try_fold(&self.roots[model], |value, token| match value {
            Json::Object(members) => members.get(token.as_str()),
            Json::Array(elements) => elements.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The number of the schema at a place, references followed.
    fn number(&mut self, model: usize, tokens: Vec<String>) -> Result<usize, SchemaError> {
        let (mut at_model, mut at) = (model, tokens.clone());
        for _ in 0..=REFERENCE_CHAIN_MAX {
            let members = match self.value(at_model, &at) {
                Some(Json::Object(members)) => members,
                Some(other) => {
                    let found = syntax::kind_name(other);
                    let message = format!(
                        "JSON value is of type {found}, not a JSON Schema (expected an object)"
                    );
                    return self.error(at_model, &at, message);
                }
                None => {
                    let message =
                        format!("JSON Reference \"#{}\" cannot be resolved", reference::text(&at));
                    return self.error(model, &tokens, message);
                }
            };
            let Some(reference) = members.get("$ref") else {
                return self.numbered(at_model, at);
            };
            let parsed = syntax::string(reference).and_then(reference::parse);
            let (name, pointer) = match parsed {
                Ok(parsed) => parsed,
                Err(message) => return self.error(at_model, &at, message),
            };
            if let Some(name) = name {
                let Some(found) = self.names.iter().position(|known| *known == name) else {
                    return self.error(at_model, &at, format!("there is no model {name}"));
                };
                at_model = found;
            }
            at = pointer;
        }
        self.error(model, &tokens, "JSON Reference loops on itself".to_owned())
    }

    fn numbered(&mut self, model: usize, tokens: Vec<String>) -> Result<usize, SchemaError> {
        let place = (model, tokens);
        if let Some(number) = self.numbers.get(&place) {
            return Ok(*number);
        }
        let number = self.places.len();
        if number >= SCHEMA_NODES_MAX {
            let message = format!("the models have more than {SCHEMA_NODES_MAX} schemas");
            return self.error(place.0, &place.1, message);
        }
        self.places.push(place.clone());
        self.numbers.insert(place, number);
        Ok(number)
    }

    fn node(&mut self, model: usize, tokens: &[String]) -> Result<Node, SchemaError> {
        let Some(Json::Object(members)) = self.value(model, tokens) else {
            return Ok(Node::default());
        };
        let members = members.clone();
        let mut reader = Reader { compiler: self, model, tokens, members: &members };
        let mut node = Node::default();
        reader.descriptions()?;
        reader.children(&mut node)?;
        // In the order of their names, the format last: so they are reported.
        reader.items(&mut node)?;
        reader.additional_members(&mut node)?;
        reader.combined("allOf", &mut node, Check::AllOf)?;
        reader.combined("anyOf", &mut node, Check::AnyOf)?;
        reader.dependencies(&mut node)?;
        if let Some(values) = reader.read("enum", syntax::array)? {
            reader.enumeration(values, &mut node)?;
        }
        reader.check("maxItems", &mut node, syntax::count, Check::MaxItems)?;
        reader.check("maxLength", &mut node, syntax::count, Check::MaxLength)?;
        reader.check("maxProperties", &mut node, syntax::count, Check::MaxProperties)?;
        reader.limit("maximum", "exclusiveMaximum", &mut node, Check::Maximum)?;
        reader.check("minItems", &mut node, syntax::count, Check::MinItems)?;
        reader.check("minLength", &mut node, syntax::count, Check::MinLength)?;
        reader.check("minProperties", &mut node, syntax::count, Check::MinProperties)?;
        reader.limit("minimum", "exclusiveMinimum", &mut node, Check::Minimum)?;
        reader.check("multipleOf", &mut node, syntax::divisor, Check::MultipleOf)?;
        if members.contains_key("not") {
            node.checks.push(Check::Not(reader.child(&["not"])?));
        }
        reader.combined("oneOf", &mut node, Check::OneOf)?;
        if let Some(pattern) = reader.read("pattern", syntax::pattern)? {
            let source = members.get("pattern").and_then(Json::as_str).unwrap_or_default().into();
            node.checks.push(Check::Pattern(source, pattern));
        }
        reader.check("required", &mut node, syntax::names, Check::Required)?;
        reader.check("type", &mut node, syntax::kinds, Check::Type)?;
        if reader.read("uniqueItems", syntax::boolean)? == Some(true) {
            node.checks.push(Check::UniqueItems);
        }
        if let Some(format) = reader.read("format", syntax::string)? {
            node.checks.extend(super::format::Format::parse(format).map(Check::Format));
        }
        Ok(node)
    }

    /// Refuses a schema that leads to itself without going into the instance: nothing would end it.
    fn refuse_loops(&self, nodes: &[Node]) -> Result<(), SchemaError> {
        let mut done = AHashSet::new();
        for start in 0..nodes.len() {
            let mut path = vec![(start, nodes[start].same_instance())];
            let mut on_path = AHashSet::from([start]);
            while let Some((node, next)) = path.last_mut() {
                let Some(next) = next.pop() else {
                    on_path.remove(node);
                    done.insert(*node);
                    path.pop();
                    continue;
                };
                if !on_path.insert(next) {
                    let (model, tokens) = &self.places[next];
                    let message = "validation loop: the schema leads to itself".to_owned();
                    return self.error(*model, tokens, message);
                }
                if done.contains(&next) {
                    on_path.remove(&next);
                } else {
                    path.push((next, nodes[next].same_instance()));
                }
            }
        }
        Ok(())
    }
}

/// One schema while its keywords are read.
struct Reader<'c, 'm> {
    compiler: &'c mut Compiler<'m>,
    model: usize,
    tokens: &'c [String],
    members: &'c Members<'m>,
}

impl<'c, 'm> Reader<'c, 'm> {
    fn error<T>(&self, keyword: &str, message: &str) -> Result<T, SchemaError> {
        self.compiler.error(self.model, self.tokens, format!("{keyword}: {message}"))
    }

    fn read<T>(
        &self,
        keyword: &str,
        read: impl FnOnce(&'c Json<'m>) -> Result<T, String>,
    ) -> Result<Option<T>, SchemaError> {
        match self.members.get(keyword).map(read) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(message)) => self.error(keyword, &message),
        }
    }

    fn check<T>(
        &self,
        keyword: &str,
        node: &mut Node,
        read: impl FnOnce(&'c Json<'m>) -> Result<T, String>,
        check: impl FnOnce(T) -> Check,
    ) -> Result<(), SchemaError> {
        node.checks.extend(self.read(keyword, read)?.map(check));
        Ok(())
    }

    fn child(&mut self, path: &[&str]) -> Result<usize, SchemaError> {
        let own = path.iter().map(|token| (*token).to_owned());
        let tokens = self.tokens.iter().cloned().chain(own).collect();
        self.compiler.number(self.model, tokens)
    }

    /// What describes and checks nothing, but must be right. `definitions` are schemas.
    fn descriptions(&mut self) -> Result<(), SchemaError> {
        for keyword in ["title", "description"] {
            self.read(keyword, syntax::string)?;
        }
        for keyword in ["id", "$schema"] {
            if let Some(text) = self.read(keyword, syntax::string)?
                && !super::uri::is_uri(text)
            {
                return self.error(keyword, &format!("string is not a valid URI: \"{text}\""));
            }
        }
        if let Some(definitions) = self.read("definitions", syntax::object)? {
            for name in definitions.keys() {
                self.child(&["definitions", name])?;
            }
        }
        Ok(())
    }

    fn children(&mut self, node: &mut Node) -> Result<(), SchemaError> {
        if let Some(properties) = self.read("properties", syntax::object)? {
            for name in properties.keys() {
                let number = self.child(&["properties", name])?;
                node.properties.insert(name.as_ref().into(), number);
            }
        }
        if let Some(patterns) = self.read("patternProperties", syntax::object)? {
            let mut names = patterns.keys().collect::<Vec<_>>();
            names.sort();
            for name in names {
                let pattern = match syntax::member_pattern(name) {
                    Ok(pattern) => pattern,
                    Err(message) => return self.error("patternProperties", &message),
                };
                let number = self.child(&["patternProperties", name])?;
                node.patterns.push((pattern, number));
            }
        }
        Ok(())
    }

    fn items(&mut self, node: &mut Node) -> Result<(), SchemaError> {
        match self.members.get("items") {
            None => {}
            Some(Json::Object(_)) => node.items = Items::All(self.child(&["items"])?),
            Some(items @ Json::Array(_)) => {
                let length = match syntax::some(items) {
                    Ok(elements) => elements.len(),
                    Err(message) => return self.error("items", &message),
                };
                let numbers = (0..length).map(|at| self.child(&["items", &at.to_string()]));
                node.items = Items::Each(numbers.collect::<Result<_, _>>()?);
            }
            Some(other) => return self.incorrect("items", other, "array, object"),
        }
        match self.members.get("additionalItems") {
            None | Some(Json::Bool(true)) => {}
            Some(Json::Bool(false)) => match &node.items {
                Items::All(_) | Items::Any => {}
                Items::Each(numbers) => {
                    node.checks.push(Check::AdditionalItems(numbers.len()));
                }
            },
            Some(Json::Object(_)) => {
                node.additional_items = Some(self.child(&["additionalItems"])?);
            }
            Some(other) => return self.incorrect("additionalItems", other, "boolean, object"),
        }
        Ok(())
    }

    fn additional_members(&mut self, node: &mut Node) -> Result<(), SchemaError> {
        match self.members.get("additionalProperties") {
            None | Some(Json::Bool(true)) => {}
            Some(Json::Bool(false)) => node.checks.push(Check::AdditionalProperties),
            Some(Json::Object(_)) => {
                node.additional_properties = Some(self.child(&["additionalProperties"])?);
            }
            Some(other) => return self.incorrect("additionalProperties", other, "boolean, object"),
        }
        Ok(())
    }

    fn incorrect<T>(
        &self,
        keyword: &str,
        value: &Json<'_>,
        expected: &str,
    ) -> Result<T, SchemaError> {
        let found = syntax::kind_name(value);
        let message =
            format!("value has incorrect type (found {found}, expected one of [{expected}])");
        self.error(keyword, &message)
    }

    fn combined(
        &mut self,
        keyword: &str,
        node: &mut Node,
        check: impl FnOnce(Box<[usize]>) -> Check,
    ) -> Result<(), SchemaError> {
        let Some(schemas) = self.read(keyword, syntax::some)? else { return Ok(()) };
        let numbers = (0..schemas.len()).map(|at| self.child(&[keyword, &at.to_string()]));
        node.checks.push(check(numbers.collect::<Result<_, _>>()?));
        Ok(())
    }

    fn dependencies(&mut self, node: &mut Node) -> Result<(), SchemaError> {
        let Some(dependencies) = self.read("dependencies", syntax::object)? else { return Ok(()) };
        let mut sorted = dependencies.iter().collect::<Vec<_>>();
        sorted.sort_by_key(|(name, _)| *name);
        let (mut members, mut schemas) = (Vec::new(), Vec::new());
        for (name, dependency) in sorted {
            match dependency {
                Json::Object(_) => {
                    schemas.push((name.as_ref().into(), self.child(&["dependencies", name])?));
                }
                list @ Json::Array(_) => match syntax::names(list) {
                    Ok(needed) => members.push((name.as_ref().into(), needed)),
                    Err(message) => return self.error("dependencies", &message),
                },
                other => {
                    let found = syntax::kind_name(other);
                    let message = format!(
                        "dependency value for property \"{name}\" has incorrect type \
                         (expected one of \
                         [array, object] but found {found})"
                    );
                    return self.error("dependencies", &message);
                }
            }
        }
        node.checks.push(Check::Dependencies(members, schemas));
        Ok(())
    }

    fn enumeration(&self, values: &[Json<'_>], node: &mut Node) -> Result<(), SchemaError> {
        let texts = values.iter().map(super::text::canonical).collect::<AHashSet<_>>();
        if texts.len() != values.len() {
            return self.error("enum", "array must not contain duplicate elements");
        }
        let mut shown = String::new();
        super::text::write(&Json::Array(values.to_vec()), &mut shown);
        node.checks.push(Check::Enum(texts, shown.into()));
        Ok(())
    }

    fn limit(
        &self,
        keyword: &str,
        exclusive: &str,
        node: &mut Node,
        check: impl FnOnce(Limit) -> Check,
    ) -> Result<(), SchemaError> {
        let strict = self.read(exclusive, syntax::boolean)?;
        let Some(bound) = self.read(keyword, syntax::number)? else {
            return match strict {
                Some(_) => {
                    self.error(exclusive, &format!("{exclusive} must be paired with {keyword}"))
                }
                None => Ok(()),
            };
        };
        node.checks.push(check(Limit { bound, strict: strict == Some(true) }));
        Ok(())
    }
}
