//! `ringway render`: templates offline.

use std::process::Output;

use ringway_tests::binary;
use ringway_tests::scratch::Scratch;

/// Renders with files of these names and contents.
fn render(files: &[(&str, &str)]) -> Output {
    let scratch = Scratch::new();
    let mut command = std::process::Command::new(binary::path());
    command.arg("render");
    for (name, contents) in files {
        command.arg(format!("--{name}")).arg(scratch.write(name, contents));
    }
    command.output().expect("the binary runs")
}

#[test]
fn a_template_is_rendered_byte_for_byte() {
    let output = render(&[
        ("template", "$input.path('$.a') $input.params('id') $context.stage $stageVariables.v\n\n"),
        ("body", r#"{"a": {"b": [1]}}"#),
        ("params", r#"{"path": {"id": "7"}}"#),
        ("context", r#"{"stage": "dev"}"#),
        ("stage-variables", r#"{"v": "x"}"#),
    ]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{b=[1]} 7 dev x\n\n");
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn the_extension_renders_as_it_serves() {
    let output = render(&[
        ("template", "$ringway.toJson($ringway.parseXml($input.body))"),
        ("body", "\u{feff}<?xml version='1.0'?><a b='1'><c>x&amp;y</c><c/></a>"),
    ]);
    let expect = r#"{"a":{"@b":"1","c":["x&y",""]}}"#;
    assert_eq!(String::from_utf8_lossy(&output.stdout), expect, "{output:?}");
    let output = render(&[
        ("template", "\n$ringway.parseXml($input.body)"),
        ("body", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n<a>&x;</a>"),
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    for part in ["(DTD) is not allowed (XML line 1, column 1)", "line 2, column 1"] {
        assert!(stderr.contains(part), "{stderr}");
    }
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn an_error_names_line_and_column() {
    for (template, expect) in [
        ("a\n  $input.body.substring(99)", "$input.body.substring(99)"),
        ("a\n#if($x", "Invalid mapping template"),
    ] {
        let output = render(&[("template", template), ("body", "text")]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(expect) && stderr.contains("line 2, column"), "{stderr}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
}
