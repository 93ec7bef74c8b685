//! Where we differ from Velocity 1.7 and mean to; `vtl/README.md` says why.

use std::collections::BTreeMap;

/// The text, or why there is none.
type Outcome = Result<String, String>;

/// One rule by which we differ.
pub(crate) struct Difference {
    pub(crate) rule: &'static str,
    applies: fn(&str, &Outcome, &Outcome) -> bool,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        rule: "no reflection: there is no `class`, no `getBytes()`, no `$foreach.info`",
        applies: |template, _, _| {
            let closed = ["class", "getClass()", "getBytes()", "$foreach.info"];
            closed.iter().any(|name| template.contains(name))
        },
    },
    Difference {
        rule: "the text of a `String[]` has no address",
        applies: |_, theirs, ours| match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => same_but_for_addresses(theirs, ours),
            _ => false,
        },
    },
    Difference {
        rule: "integers have at most 127 bits, and with a fraction they are a `Double`",
        applies: |template, _, _| {
            let digits = template.split(|letter: char| !letter.is_ascii_digit());
            let is_long = |digits: &str| digits.len() > 18 && digits.parse::<i64>().is_err();
            digits.into_iter().any(is_long)
        },
    },
    Difference {
        rule: "the views of a map are copies that cannot be changed",
        applies: |template, _, ours| {
            let viewed = ["keySet()", "values()", "entrySet()"];
            let refused = ours.as_ref().is_err_and(|error| error.contains("a view of a map"));
            refused && viewed.iter().any(|view| template.contains(view))
        },
    },
];

/// Whether the texts differ in the addresses of arrays alone; ours are 0.
fn same_but_for_addresses(theirs: &str, ours: &str) -> bool {
    let mut theirs = theirs.split("[Ljava.lang.String;@");
    let mut ours = ours.split("[Ljava.lang.String;@0");
    if theirs.next() != ours.next() {
        return false;
    }
    let is_address = |text: &str| {
        (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    theirs.map(Some).chain([None]).zip(ours.map(Some).chain([None])).all(|pair| match pair {
        (Some(theirs), Some(ours)) => theirs.strip_suffix(ours).is_some_and(is_address),
        (theirs, ours) => theirs.is_none() && ours.is_none(),
    })
}

/// The rule that explains a difference.
pub(crate) fn of(template: &str, theirs: &Outcome, ours: &Outcome) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|known| (known.applies)(template, theirs, ours))
}

/// A rule that no template needs is taken out of the list.
pub(crate) fn all_are_needed(found: &BTreeMap<&str, usize>) {
    for Difference { rule, .. } in DIFFERENCES {
        assert!(found.contains_key(rule), "no template shows the difference {rule:?}");
    }
}
