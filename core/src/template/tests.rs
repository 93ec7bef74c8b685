//! Templates as AWS renders them: the recorded facts as tables.

use super::*;
use crate::context::fixture::Fixture;
use crate::json::Json;

const REQUEST: &str = "POST /dev/pets/a%20b?q=1&q=x+y&only=query HTTP/1.1\r\nHost: h\r\n\
    X-Tag: one\r\nConnection: close\r\nAccept: a/b\r\nContent-Length: 5\r\n\r\n";

fn rendered_with(
    template: &str,
    body: &str,
    overrides: &Overrides,
) -> Result<String, GatewayError> {
    let template = MappingTemplate::parse(template).expect(template);
    let mut fixture = Fixture::new(REQUEST);
    fixture.stage.variables = [("version".into(), "v1".into())].into();
    fixture.with(|ctx| {
        let body = Body::new(body, template.body_use());
        let body = (template.body_use() != BodyUse::None).then_some(&body);
        let mut out = String::new();
        template.render(&Context { body, ..*ctx }, overrides, &mut out).map(|()| out)
    })
}

fn rendered(template: &str, body: &str) -> String {
    rendered_with(template, body, &Overrides::default()).expect(template)
}

#[track_caller]
fn check(template: &str, body: &str, expect: &str) {
    assert_eq!(rendered(template, body), expect, "{template} of {body}");
}

#[test]
fn values_of_json() {
    // aws-facts 200.
    let path = r#"$input.path("$.json")"#;
    check(path, r#"{"json": {"foo": "bar"}}"#, "{foo=bar}");
    check(path, r#"{"json": [{"foo": "bar"}]}"#, r#"[{"foo":"bar"}]"#);
    check(
        path,
        r#"{"json": {"bigger": "dict", "to": "test", "with": "separators"}}"#,
        "{bigger=dict, to=test, with=separators}",
    );
    check(path, r#"{"json": {"foo": [{"nested": "bar"}]}}"#, r#"{foo=[{"nested":"bar"}]}"#);
    check(r#"$input.path("$.json")[0]"#, r#"{"json": [{"foo": "bar"}]}"#, "{foo=bar}");
    check(r#"$input.path("$.json")[0]"#, r#"{"json": [[{"foo": "bar"}]]}"#, r#"[{"foo":"bar"}]"#);
    check(r#"$input.path("$.json").toString()"#, r#"{"json": {"foo": "bar"}}"#, "{foo=bar}");
    check(
        "$input.path('$.n') $input.path('$.t')",
        r#"{"n": 12345678901, "t": true}"#,
        "12345678901 true",
    );
    check("$input.path('$.a[*].b')", r#"{"a": [{"b": 1}, {"b": "x"}]}"#, r#"[1,"x"]"#);
}

#[test]
fn nothing() {
    // aws-facts 201, 208, 209.
    let template = "#set($result = $input.path(\"$.json\"))$result|$result.nested|\
                    #if($result == $null)null#end|#if($result == \"\")empty#end";
    for body in ["", "{}", r#"{"json": null}"#, "no json", "[1"] {
        check(template, body, "||null|empty");
    }
    check(template, r#"{"json": []}"#, "[]|||");
    check("$nothing|$!nothing|${nothing.more}|$input|$input.none()", "", "||||");
}

#[test]
fn bodies() {
    // aws-facts 202, 207.
    check("$input.body", "", "{}");
    check("$input.body|$input.body.testAccess", " raw 'text'", " raw 'text'|");
    check("$input.json('$')", r#"{"a" : [1, "x/y"] }"#, r#"{"a":[1,"x/y"]}"#);
    check("$input.json('$.a')", r#"{"a": "x\"y"}"#, r#""x\"y""#);
    check("$input.json('$.message')", r#""text""#, "\"\"");
    check("$input.json('$.message')", "{}", "\"\"");
    check("$input.json('$')", "", "{}");
    check("$input.json('$..a')", r#"{"a": 1, "b": {"a": 2}}"#, "[1,2]");
    check("#set($p = '$.a')$input.json($p)$input.path($p)", r#"{"a": 1}"#, "11");
    check("#set($i = $input)$i.json('$.a')", r#"{"a": 1}"#, "1");
}

#[test]
fn parameters() {
    // aws-facts 132, 160, 191, 211.
    check("$input.params('petId')", "", "a b");
    check("$input.params('q')|$input.params('only')", "", "x y|query");
    check("$input.params('x-tag')|$input.params('ACCEPT')|$input.params('Host')", "", "one|a/b|h");
    check("[$input.params('Connection')][$input.params('content-length')]", "", "[][]");
    check("#if($input.params('none') == '')empty#end", "", "empty");
    check("$input.params().path.petId|$input.params().querystring.only", "", "a b|query");
    check(
        "#foreach($n in $input.params().header.keySet())$n=$input.params().header.get($n);#end",
        "",
        "Host=h;X-Tag=one;Accept=a/b;",
    );
}

#[test]
fn variables() {
    // aws-facts 211, 212.
    check("$context.httpMethod $context.resourcePath $context.stage", "", "POST /pets/{petId} dev");
    check(
        "$context.identity.sourceIp|$context.identity.apiKey",
        "",
        "203.0.113.9|alice-key-0123456789abcdef",
    );
    check("$context.identity.user|$context.authorizer.claims.sub|$context.none", "", "||");
    check("$context['path']|$context.requestTimeEpoch", "", "/dev/pets/a%20b|1602338136123");
    check("{\"version\": \"$stageVariables.version\"}", "", r#"{"version": "v1"}"#);
    check("{\"version\": \"$stageVariables.none\"}", "", r#"{"version": ""}"#);
}

#[test]
fn functions() {
    // aws-facts 203 to 206.
    check(r#"$util.urlEncode('{"some": "value"}')"#, "", "%7B%22some%22%3A+%22value%22%7D");
    check(r#"$util.urlEncode("x=a+b")|$util.urlDecode("x=a+b%26")"#, "", "x%3Da%2Bb|x=a b&");
    check("$util.urlEncode($input.body)|$util.urlEncode($input.body.x)|", "", "%7B%7D||");
    check("$util.escapeJavaScript($input.body)", "a\"b'c\\\n/é", r#"a\"b'c\\\n\/\u00E9"#);
    check("$util.escapeJavaScript(1)|$util.escapeJavaScript($none)", "", "1|null");
    check("$util.base64Encode('é!')|$util.base64Decode('w6kh')", "", "w6kh|é!");
    check("#set($o = $util.parseJson($input.body))$o.k.a[0]", r#"{"k": {"a": ["v"]}}"#, "v");
    for (text, expect) in [("1", "1"), ("\"t\"", "t"), ("true", "true"), ("[]", "[]")] {
        check("$util.parseJson($input.body)", text, expect);
    }
}

#[test]
fn xml() {
    const PETS: &str = "<e:E xmlns:e='u'><e:B><p id='1'>Rex</p><p>A&amp;\"B\"</p></e:B></e:E>";
    let parsed = |rest: &str| format!("#set($doc = $ringway.parseXml($input.body)){rest}");
    for (template, body, expect) in [
        ("$doc['e:E']['e:B'].p[1]", PETS, "A&\"B\""),
        ("$ringway.toXml($doc)", "<a b='1'><c/></a>", "<a b=\"1\"><c/></a>"),
        (
            "$ringway.toXml({'a': {'@b': 1, 'c': [true, $n]}})",
            "<a/>",
            "<a b=\"1\"><c>true</c><c/></a>",
        ),
        (
            "#foreach($p in $ringway.findAllXml($doc, 'E/B/p'))\
             $ringway.toJson($ringway.textOf($p)) #end",
            PETS,
            r#""Rex" "A&\"B\"" "#,
        ),
        ("$ringway.findAllXml($doc, 'E/none').size()$ringway.findXml($doc, 'E/none')", PETS, "0"),
        ("$ringway.findXml($doc, 'E/B/p/@id')$ringway.textOf($none)", PETS, "1"),
        (
            "$ringway.toJson($doc)",
            "<a b='x/'><c>1</c><c/></a>",
            r#"{"a":{"@b":"x/","c":["1",""]}}"#,
        ),
        (
            "$ringway.toJson([1, 2.5, true, {'a': 3000000000}, $none])",
            "<a/>",
            r#"[1,2.5,true,{"a":3000000000},null]"#,
        ),
        (
            "$ringway.escapeXml($doc.a)|$ringway.escapeXml($none)$ringway.escapeXml(1)",
            "<a>&lt;'</a>",
            "&lt;&#39;|1",
        ),
    ] {
        check(&parsed(template), body, expect);
    }
    check("#set($ringway = 'mine')$ringway", "", "mine");
}

#[test]
fn the_examples_of_the_documentation_are_true() {
    const PAGE: &str = include_str!("../../../docs/extensions.md");
    let (_, examples) = PAGE.split_once("```xml\n").expect("a document");
    let (body, examples) = examples.split_once("```").expect("its end");
    let rows = examples.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |"));
    let rows = rows.map(|row| row.split_once("` | `").expect(row)).collect::<Vec<_>>();
    assert_eq!(rows.len(), 10, "{rows:?}");
    for (template, expect) in rows {
        check(&format!("#set($doc = $ringway.parseXml($input.body)){template}"), body, expect);
    }
}

#[test]
fn xml_that_cannot_be_fails_the_template() {
    for (template, body, expect) in [
        (
            "$ringway.parseXml($input.body)",
            "<a>\n<b></a>",
            "parseXml: expected `</b>`, but `</a>` was found (XML line 2, column 4)",
        ),
        (
            "$ringway.parseXml($input.body)",
            "",
            "parseXml: text outside the root element (XML line 1, column 1)",
        ),
        ("$ringway.parseXml($none)", "", "parseXml: null is not a text"),
        ("$ringway.toXml($input.body)", "", "toXml: String is not a map"),
        ("$ringway.toXml({'a': {'b c': 1}})", "", "toXml: b c is no name of XML (in a)"),
        ("$ringway.escapeXml($input.body)", "\u{1}", "escapeXml: U+0001 is no character of XML"),
        ("$ringway.escapeXml([])", "", "escapeXml: ArrayList is not a text"),
        ("$ringway.findXml({}, 'a//b')", "", "findXml: a//b is no path to elements"),
        ("$ringway.findAllXml({}, 1)", "", "findAllXml: Integer is not a path"),
        ("$ringway.textOf($ringway)", "", "textOf: a object is no element"),
        ("$ringway.toJson($ringway)", "", "toJson: object is not a value of JSON"),
        ("$ringway.parseXML('<a/>')", "", "parseXML: no such function of $ringway for 1 arguments"),
        ("$ringway.parseXml()", "", "parseXml: no such function of $ringway for 0 arguments"),
        (
            "#foreach($i in [1..1000])#set($x = $ringway.parseXml($input.body))#end",
            &format!("<a>{}</a>", "x".repeat(3_000)),
            "parseXml: the template reads and writes too many bytes of XML",
        ),
        (
            "#set($m = {})#set($m.a = $m)$ringway.toJson($m)",
            "",
            "toJson: a value that is nested too deeply",
        ),
    ] {
        let error = rendered_with(template, body, &Overrides::default()).expect_err(template);
        assert_eq!(error.response_type, ResponseType::ApiConfigurationError);
        assert!(error.cause.0.contains(expect), "{}", error.cause.0);
        assert!(error.cause.0.contains("at line 1, column "), "{}", error.cause.0);
    }
}

#[test]
fn overrides_reach_later_templates() {
    // aws-facts 184 to 187.
    let overrides = Overrides::default();
    let first = "#set($context.responseOverride.status = 444)\
         #set($context.responseOverride.header.foo = \"bar\")\
         #set($context.responseOverride.header.Date = ['1', '2'])\
         #set($context.responseOverride.header['Transfer-Encoding'] = 'x')\
         #set($context.responseOverride.header.bad = $input.body)\
         #set($context.responseOverride.custom = \"kept\")\
         #set($name = \"q\")#set($context.requestOverride.querystring[$name] = \"1\")\
         $context.requestOverride.querystring.put('r', 2)\
         #set($context[\"requestOverride\"].path[\"p\"] = \"x\")\
         #set($context.requestOverride.header.Via = 'dropped')\
         #set($context.requestOverride.header.X-A = 'y')";
    assert_eq!(rendered_with(first, "a\r\nb", &overrides).expect("text"), "");
    assert_eq!(overrides.status(), Some(444));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        overrides.response_headers(),
        [
            header("foo", "bar"),
            header("x-amzn-Remapped-Date", "1"),
            header("x-amzn-Remapped-Date", "2")
        ]
    );
    let request = overrides.request();
    assert_eq!(request.query, [header("q", "1"), header("r", "2")]);
    assert_eq!((request.path, request.headers), (vec![header("p", "x")], vec![header("X-A", "y")]));
    let then = "$context.responseOverride.status $context.responseOverride.custom \
                $context.requestOverride.querystring.q";
    assert_eq!(rendered_with(then, "", &overrides).expect("text"), "444 kept 1");
    for status in ["99", "600", "'x'", "true"] {
        let overrides = Overrides::default();
        let template = format!("#set($context.responseOverride.status = {status})");
        rendered_with(&template, "", &overrides).expect("text");
        assert_eq!(overrides.status(), None, "{status}");
    }
}

#[test]
fn failures_say_where() {
    let error = rendered_with("ok\n  $input.json('$[')", "{}", &Overrides::default());
    let error = error.expect_err("a path that is none");
    assert_eq!(error.message, "Internal server error");
    assert!(error.cause.0.contains("$input.json('$[')"), "{}", error.cause.0);
    assert!(error.cause.0.ends_with("on a value of type object at line 2, column 3"));
    let error = MappingTemplate::parse("a\n#if($x)").expect_err("an open directive");
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn what_is_read_of_the_body() {
    for (text, expect) in [
        ("$context.stage input.body", BodyUse::None),
        ("$input.params('x') ${input.params().path}", BodyUse::None),
        ("$input.params('x') $!{input.body}", BodyUse::Text),
        ("$input.body $input.json('$')", BodyUse::Json),
        ("#set($a = $input)", BodyUse::Json),
        ("#evaluate($stageVariables.x)", BodyUse::Json),
    ] {
        assert_eq!(body_use(text), expect, "{text}");
    }
}

#[test]
fn searches_and_values_are_bounded() {
    let large = format!("[{}1]", "[],".repeat(TEMPLATE_JSON_VALUES));
    let error = rendered_with("$input.path('$').size()", &large, &Overrides::default());
    assert!(error.expect_err("too many values").cause.0.contains("too many values"));
    let body = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
    let often = "#foreach($i in [1..100])#set($x = $input.json('$..b'))#end";
    let error = rendered_with(often, &body, &Overrides::default());
    assert!(error.expect_err("too often").cause.0.contains("too often"));
}

const TEMPLATE_JSON_VALUES: usize = crate::limits::TEMPLATE_JSON_VALUES_MAX;

#[test]
fn templates_are_rendered_without_a_request() {
    let json = |text: &'static str| Json::parse(text).expect(text);
    let given = Given {
        context: json(r#"{"stage": "dev", "identity": {"sourceIp": "::1"}}"#),
        parameters: json(
            r#"{"path": {"id": "7"}, "querystring": {"q": 1}, "header": {"X-A": "a"}}"#,
        ),
        stage_variables: json(r#"{"v": "1"}"#),
    };
    let check = |template: &str, expect: &str| {
        let mut out = String::new();
        let parsed = MappingTemplate::parse(template).expect(template);
        parsed.render_given("{\"a\": 1}", &given, &mut out).expect(template);
        assert_eq!(out, expect, "{template}");
    };
    check("static", "static");
    check("$context.stage $context.identity.sourceIp$context.none", "dev ::1");
    check("$input.params('id')$input.params('q')$input.params('x-a')$input.params('b')", "71a");
    check("$input.params().header.X-A $stageVariables.v $input.json('$.a')", "a 1 1");
    check("#set($context.requestOverride.path.p = 'x')$context.requestOverride.path.p", "x");
}
