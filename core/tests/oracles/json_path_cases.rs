//! Documents and paths: written for each rule in the text files beside this, one a line, and made
//! from a grammar by a seed.

/// Documents every written path is tried on.
pub(crate) fn documents() -> Vec<&'static str> {
    include_str!("documents.txt").lines().collect()
}

/// Paths, by rule.
pub(crate) fn paths() -> Vec<&'static str> {
    include_str!("paths.txt").lines().collect()
}

const NAMES: [&str; 12] =
    ["a", "b", "c", "x", "n", "t", "store", "book", "price", "nums", "tags", "zz"];

/// Paths of a grammar, the same ones on every machine.
pub(crate) fn generated(cases: usize) -> Vec<(&'static str, String)> {
    let mut random = fastrand::Rng::with_seed(0x5eed_1e55);
    let documents = documents();
    let one = |random: &mut fastrand::Rng| {
        let mut path = "$".to_owned();
        for _ in 0..random.usize(1..5) {
            path.push_str(&step(random, 2));
        }
        if random.u8(..) < 30 {
            let functions =
                ["length()", "sum()", "keys()", "first()", "concat(\"x\")", "max($.nums)"];
            path.push('.');
            path.push_str(functions[random.usize(..functions.len())]);
        }
        (documents[random.usize(..documents.len())], path)
    };
    (0..cases).map(|_| one(&mut random)).collect()
}

fn name(random: &mut fastrand::Rng) -> &'static str {
    NAMES[random.usize(..NAMES.len())]
}

fn step(random: &mut fastrand::Rng, depth: usize) -> String {
    match random.usize(..16) {
        0..=4 => format!(".{}", name(random)),
        5 => format!("['{}']", name(random)),
        6 => format!("..{}", name(random)),
        7 => format!("[{}]", random.i32(-3..4)),
        8 => format!("[{},{}]", random.i32(-2..3), random.i32(-2..5)),
        9 => "[*]".to_owned(),
        10 => ".*".to_owned(),
        11 => format!("['{}','{}']", name(random), name(random)),
        12 => match random.usize(..3) {
            0 => format!("[{}:]", random.i32(-3..4)),
            1 => format!("[:{}]", random.i32(-3..4)),
            _ => format!("[{}:{}]", random.i32(-3..4), random.i32(-3..6)),
        },
        13 => "..*".to_owned(),
        _ => format!("[?({})]", filter(random, depth)),
    }
}

fn filter(random: &mut fastrand::Rng, depth: usize) -> String {
    match random.usize(..if depth == 0 { 8 } else { 12 }) {
        0 => place(random),
        1 => format!("!{}", place(random)),
        2..=7 => {
            let operators = [
                "==", "!=", "<", "<=", ">", ">=", "=~", "in", "nin", "contains", "size", "empty",
                "subsetof", "anyof", "noneof", "===", "!==",
            ];
            let operator = operators[random.usize(..operators.len())];
            format!("{} {operator} {}", operand(random), operand(random))
        }
        8 | 9 => format!("{} && {}", filter(random, depth - 1), filter(random, depth - 1)),
        10 => format!("{} || {}", filter(random, depth - 1), filter(random, depth - 1)),
        _ => format!("!({})", filter(random, depth - 1)),
    }
}

fn place(random: &mut fastrand::Rng) -> String {
    match random.usize(..6) {
        0 => "@".to_owned(),
        1 => format!("$.{}", name(random)),
        2 => format!("@.{}.{}", name(random), name(random)),
        3 => format!("@..{}", name(random)),
        _ => format!("@.{}", name(random)),
    }
}

fn operand(random: &mut fastrand::Rng) -> String {
    let literals = [
        "1",
        "2.5",
        "'1'",
        "'fiction'",
        "true",
        "false",
        "null",
        "[1,2,3]",
        "['war','x']",
        "/.*i.*/",
        "10",
        "-2",
        "{\"k\":\"v\"}",
        "''",
        "[]",
    ];
    if random.bool() { place(random) } else { literals[random.usize(..literals.len())].to_owned() }
}
