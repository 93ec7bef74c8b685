//! Holds the language against Apache Velocity 1.7 itself: the same templates, byte for byte.
//!
//! The templates of `cases/` are written by hand, rule by rule; `grammar` makes the others from a
//! seed. One JVM renders them all. A difference that is not listed in `differences` fails.

mod differences;
mod grammar;
mod java;
mod ours;

use std::collections::BTreeMap;

/// The templates written by hand.
const FILES: [&str; 6] = [
    include_str!("../cases/01_text.txt"),
    include_str!("../cases/02_references.txt"),
    include_str!("../cases/03_set.txt"),
    include_str!("../cases/04_expressions.txt"),
    include_str!("../cases/05_directives.txt"),
    include_str!("../cases/06_methods.txt"),
];

/// Templates that the grammar makes.
const GENERATED: usize = 2_600;

/// One template, and the rule that it was written for.
struct Case {
    rule: String,
    template: String,
}

/// `= rule` begins a rule; every other line is a template, with `↵` for a line end, `⇥` for a tab
/// and `␍` for a carriage return. `;;` begins a comment.
fn written() -> Vec<Case> {
    let mut cases = Vec::new();
    for text in FILES {
        let mut rule = String::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(";;")) {
            match line.strip_prefix("= ") {
                Some(name) => name.clone_into(&mut rule),
                None => {
                    let template = line.replace('↵', "\n").replace('⇥', "\t").replace('␍', "\r");
                    cases.push(Case { rule: rule.clone(), template });
                }
            }
        }
    }
    cases
}

/// What both did with a template: the text, or that it failed.
fn same(theirs: &Result<String, String>, ours: &Result<String, String>) -> bool {
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

#[test]
fn renders_as_velocity_does() {
    let mut cases = written();
    let by_hand = cases.len();
    let mut grammar = grammar::Grammar::new(20_261_126);
    cases.extend(
        (0..GENERATED).map(|_| Case { rule: "generated".to_owned(), template: grammar.template() }),
    );
    let context = ours::context();
    let theirs = java::render_all(cases.iter().map(|case| &*case.template), &context);
    let mut accepted = BTreeMap::<&str, usize>::new();
    let (mut equal, mut errors, mut wrong) = (0, 0, Vec::new());
    for (case, theirs) in cases.iter().zip(&theirs) {
        let ours = ours::render(&case.template, &context);
        if same(theirs, &ours) {
            equal += 1;
            errors += usize::from(ours.is_err());
        } else if let Some(known) = differences::of(&case.template, theirs, &ours) {
            *accepted.entry(known.rule).or_default() += 1;
        } else {
            wrong.push(format!(
                "[{}] {:?}\n  velocity: {theirs:?}\n  ours:     {ours:?}",
                case.rule, case.template
            ));
        }
    }
    println!(
        "{} cases ({by_hand} by hand), {equal} equal ({errors} of them refused by both), \
         {} accepted differences",
        cases.len(),
        accepted.values().sum::<usize>(),
    );
    for (rule, count) in &accepted {
        println!("  {count:4} {rule}");
    }
    let shown = wrong.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differences that nobody listed:\n{shown}", wrong.len());
    assert!(by_hand >= 500, "only {by_hand} cases by hand");
    assert!(cases.len() >= 2_000 && errors * 4 < cases.len(), "too many cases show nothing");
    differences::all_are_needed(&accepted);
}
