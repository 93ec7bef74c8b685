//! What an embedder gives and gets: objects, shared maps, undefined references.

use ringway_vtl::{Env, HostId, Limits, List, ListKind, Map, Options, Template, Undefined, Value};

#[derive(Default)]
struct Objects {
    headers: Map,
    asked: Vec<String>,
}

const INPUT: HostId = HostId(7);

impl Env for Objects {
    fn root(&mut self, name: &str) -> Value {
        self.asked.push(name.to_owned());
        match name {
            "input" => Value::Host(INPUT),
            "headers" => self.headers.clone().into(),
            "array" => {
                List::new(ListKind::Json, vec![Map::from_iter([("foo", "bar")]).into()]).into()
            }
            _ => Value::Null,
        }
    }

    fn property(&mut self, object: HostId, name: &str) -> Value {
        assert_eq!(object, INPUT);
        if name == "body" { Value::text("BODY") } else { Value::Null }
    }

    fn call(&mut self, _: HostId, method: &str, arguments: &[Value]) -> Result<Value, String> {
        match (method, arguments) {
            ("path", [Value::Text(path)]) => Ok(format!("<{path}>").into()),
            ("count", all) => Ok(Value::Int(all.len() as i32)),
            ("get", [key]) => Ok(key.clone()),
            ("fails", _) => Err("no such thing".to_owned()),
            _ => Ok(Value::Null),
        }
    }

    fn print(&mut self, _: HostId, out: &mut String) {
        out.push_str("{input}");
    }
}

fn rendered(source: &str, undefined: Undefined) -> (String, Objects) {
    let mut objects = Objects::default();
    let options = Options { undefined, ..Options::default() };
    let mut out = String::new();
    let template = Template::parse(source).expect("parses");
    template.render(&mut objects, &options, &mut out).expect("renders");
    (out, objects)
}

#[test]
fn objects_answer_by_name() {
    for (source, expected) in [
        ("$input", "{input}"),
        ("$input.toString()|$input.nothing", "|"),
        ("$input.body $input.body.length()", "BODY 4"),
        ("$input.path('$.a') ${input.path(\"$.b\")}", "<$.a> <$.b>"),
        ("$input.count() $input.count(1) $input.count(1, 2, 3)", "0 1 3"),
        ("$input['k']$input[0]", "k0"),
        ("#if($input)y#end#set($i = $input)$i.body", "yBODY"),
        ("#set($l = [$input])$l", "[{input}]"),
        ("$array#foreach($a in $array)$a#end", "[{\"foo\":\"bar\"}]{foo=bar}"),
        ("#set($m = {\"a\": $array})$m", "{a=[{\"foo\":\"bar\"}]}"),
    ] {
        assert_eq!(rendered(source, Undefined::Nothing).0, expected, "{source}");
    }
}

#[test]
fn a_reference_without_a_value_prints_what_is_asked_for() {
    for (source, with_source, with_nothing) in [
        ("[$x]", "[$x]", "[]"),
        ("[${x.y}]", "[${x.y}]", "[]"),
        ("[$!x]", "[]", "[]"),
        ("[$x.y.z('a')]", "[$x.y.z('a')]", "[]"),
        ("[$headers.put('a', 1)]", "[$headers.put('a', 1)]", "[]"),
        ("#macro(m $a)[$a]#end#m($x)", "[$x]", "[]"),
    ] {
        assert_eq!(rendered(source, Undefined::Source).0, with_source, "{source}");
        assert_eq!(rendered(source, Undefined::Nothing).0, with_nothing, "{source}");
    }
}

#[test]
fn the_embedder_sees_what_a_template_put_into_its_maps() {
    let (_, objects) = rendered(
        "#set($headers.a = 'x')$headers.put('b', ['y'])#set($headers['c'] = 3)",
        Undefined::Nothing,
    );
    assert_eq!(objects.headers.get("a"), Some(Value::text("x")));
    assert!(matches!(objects.headers.get("b"), Some(Value::List(list)) if list.len() == 1));
    assert_eq!(objects.headers.get("c"), Some(Value::Int(3)));
}

#[test]
fn a_root_is_asked_for_once_and_only_when_it_is_read() {
    let (_, objects) = rendered("$x$x#set($y = 1)$y#if($no)$z#end", Undefined::Nothing);
    assert_eq!(objects.asked, ["x", "no"]);
}

#[test]
fn an_error_of_an_object_ends_the_rendering_and_says_where() {
    let template = Template::parse("a\n$input.fails(1)").unwrap();
    let mut out = String::new();
    let error =
        template.render(&mut Objects::default(), &Options::default(), &mut out).unwrap_err();
    assert_eq!((error.line, error.column, &*error.message), (2, 1, "no such thing"));
    assert_eq!((&*error.reference, error.value_type), ("$input.fails(1)", "object"));
    assert_eq!(out, "a\n");
}

#[test]
fn limits_are_those_that_were_given() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        Options { limits, undefined: Undefined::Nothing }
    };
    let turns = "#foreach($i in [1..9])$i#end";
    for (source, options, expected) in [
        (turns, limits(|limits| limits.foreach_turns_max = 3), Some("123")),
        (turns, limits(|limits| limits.output_bytes_max = 9), Some("123456789")),
        (turns, limits(|limits| limits.output_bytes_max = 8), None),
        (turns, limits(|limits| limits.fuel_steps_max = 10), None),
        (turns, limits(|limits| limits.made_bytes_max = 100), None),
        (turns, limits(|limits| limits.call_depth_max = 0), None),
    ] {
        let mut out = String::new();
        let outcome =
            Template::parse(source).unwrap().render(&mut Objects::default(), &options, &mut out);
        assert_eq!(outcome.ok().map(|()| &*out), expected, "{options:?}");
    }
}
