//! Templates made from a seed: well-formed most of the time, with text that looks like one.

use fastrand::Rng;

const NAMES: [&str; 26] = [
    "name",
    "empty",
    "quoted",
    "lines",
    "n",
    "zero",
    "neg",
    "big",
    "f",
    "yes",
    "no",
    "nothing",
    "list",
    "nums",
    "mixed",
    "none",
    "map",
    "blank",
    "items",
    "undefined",
    "a",
    "b",
    "c",
    "x",
    "foo-bar",
    "csv",
];
const PROPERTIES: [&str; 12] = [
    "one", "two", "nested", "deep", "list", "size", "empty", "id", "tags", "missing", "name",
    "price",
];
const METHODS: [&str; 40] = [
    "size()",
    "isEmpty()",
    "length()",
    "toString()",
    "get(0)",
    "get(1)",
    "get(\"one\")",
    "get('nested')",
    "keySet()",
    "values()",
    "entrySet()",
    "contains(\"a\")",
    "contains(1)",
    "containsKey('two')",
    "substring(1)",
    "substring(0, 2)",
    "toUpperCase()",
    "toLowerCase()",
    "trim()",
    "replace(\"a\", \"b\")",
    "replaceAll('[aeiou]', '*')",
    "split(\",\")",
    "split(',').size()",
    "indexOf(\"b\")",
    "startsWith('W')",
    "endsWith('d')",
    "equals(\"World\")",
    "equals($name)",
    "add(\"d\")",
    "put('k', 5)",
    "remove('one')",
    "intValue()",
    "compareTo(3)",
    "concat($n)",
    "concat('x')",
    "matches('.*o.*')",
    "lastIndexOf('o')",
    "charAt(0)",
    "hashCode()",
    "noSuchMethod($n)",
];
const TEXTS: [&str; 24] = [
    "text",
    " ",
    "\n",
    "  \n",
    ", ",
    "{\"a\": \"",
    "\"}",
    "#",
    "##c\n",
    "#* c *#",
    "$",
    "$5",
    "\\",
    "\\\\",
    "()",
    "[0]",
    ".x",
    "#[[ $raw #if ]]#",
    "!",
    "a@b.c",
    "\t",
    "\\#if",
    "#foo",
    "}",
];
const STRINGS: [&str; 12] = [
    "\"plain\"",
    "'single'",
    "\"in $name out\"",
    "'no $name'",
    "\"${n}x\"",
    "\"\"",
    "''",
    "\"a\"\"b\"",
    "\"#if($yes)y#end\"",
    "\"$undefined\"",
    "\"\\u0041\"",
    "\"$map.nested.deep\"",
];
const OPERATORS: [&str; 21] = [
    "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "and", "or", "eq", "ne",
    "lt", "gt", "le", "ge",
];

/// What the lexer looks at.
const PIECES: [&str; 72] = [
    "$",
    "$!",
    "#",
    "##",
    "#*",
    "*#",
    "#[[",
    "]]#",
    "\\",
    "\\\\",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ".",
    "..",
    ",",
    ":",
    "\"",
    "'",
    " ",
    "\n",
    "\r\n",
    "\t",
    "=",
    "==",
    "!",
    "-",
    "+",
    "*",
    "/",
    "1",
    "2.5",
    "-3",
    "name",
    "x",
    "$name",
    "${name",
    "$!{n}",
    "$map.one",
    ".length()",
    ".x",
    "[0]",
    "['one']",
    "$list",
    "true",
    "false",
    "in",
    "and",
    "not",
    "#if",
    "#if(",
    "#if($yes)",
    "#else",
    "#elseif(",
    "#end",
    "#{end}",
    "#set(",
    "#set($x = ",
    "#foreach($x in ",
    "#macro(m $a)",
    "#m(",
    "#m",
    "#define($d)",
    "#stop",
    "#break",
    "text",
    "é",
    "#evaluate(",
    "#literal()",
];

/// Makes templates; the same seed makes the same.
pub(crate) struct Grammar {
    rng: Rng,
}

impl Grammar {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed) }
    }

    /// Most are what one would write; some are pieces of the language in any order.
    pub(crate) fn template(&mut self) -> String {
        if self.rng.u8(..5) == 0 {
            let count = self.rng.usize(1..12);
            return (0..count).map(|_| self.one(&PIECES)).collect();
        }
        let count = self.rng.usize(1..6);
        self.block(count, 0)
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.rng.usize(..of.len())]
    }

    fn block(&mut self, count: usize, depth: usize) -> String {
        (0..count).map(|_| self.statement(depth)).collect()
    }

    fn inner(&mut self, depth: usize) -> String {
        let count = self.rng.usize(0..4);
        self.block(count, depth + 1)
    }

    fn statement(&mut self, depth: usize) -> String {
        let kinds = if depth > 2 { 7 } else { 16 };
        match self.rng.usize(..kinds) {
            0..=2 => self.one(&TEXTS).to_owned(),
            3 | 4 => self.reference(depth),
            5 => {
                let escape = self.one(&["\\", "\\\\", "\\\\\\", "$"]);
                escape.to_owned() + &self.reference(depth)
            }
            6..=8 => {
                let name = self.one(&["x", "a", "b", "c", "map.new", "map.one", "list[0]", "!x"]);
                let value = self.expression(depth);
                let line = self.one(&["", "\n", "  ", " \n"]);
                format!("#set(${name} = {value}){line}")
            }
            9 | 10 => self.condition(depth),
            11 | 12 => {
                let list = self.operand(depth);
                let more = self.one(&[
                    "",
                    "$foreach.index",
                    "$foreach.count$foreach.hasNext",
                    "$velocityCount",
                    "#if($foreach.last)#break#end",
                    "$foreach.first",
                    "$foreach.parent.index",
                ]);
                let inner = self.inner(depth);
                let line = self.one(&["", "\n", " "]);
                format!("#foreach($x in {list}){line}$x{more}{inner}#end{line}")
            }
            13 => {
                let inner = self.inner(depth);
                format!("#define($b){inner}#end[$b]")
            }
            14 => {
                let inner = self.inner(depth);
                let argument = self.argument(depth);
                let name = self.one(&["m", "say", "t_1"]);
                format!("#macro({name} $a){inner}<$a>#end#{name}({argument})")
            }
            _ => {
                let inner =
                    self.one(&["'$name#set($x=1)$x'", "\"$n\"", "$quoted", "'#if($yes)y#end'"]);
                format!("#evaluate({inner})")
            }
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let mut text = format!("#if({}){}", self.expression(depth), self.inner(depth));
        if self.rng.bool() {
            text += &format!("#elseif({}){}", self.expression(depth), self.inner(depth));
        }
        if self.rng.bool() {
            text += self.one(&["#else", "#{else}", "#else\n"]);
            text += &self.inner(depth);
        }
        text + self.one(&["#end", "#{end}", "#end\n", "#end "])
    }

    fn reference(&mut self, depth: usize) -> String {
        let name = self.one(&NAMES);
        let mut way = String::new();
        for _ in 0..self.rng.usize(..4) {
            match self.rng.usize(..8) {
                0..=2 => way += &format!(".{}", self.one(&PROPERTIES)),
                3..=5 => way += &format!(".{}", self.one(&METHODS)),
                6 => {
                    way +=
                        self.one(&["[0]", "[1]", "[-1]", "['one']", "[\"two\"]", "[$n]", "[$zero]"])
                }
                _ if depth < 2 => {
                    let argument = self.argument(depth + 1);
                    way += &format!(".get({argument})");
                }
                _ => {}
            }
        }
        match self.rng.usize(..4) {
            0 => format!("${{{name}{way}}}"),
            1 => format!("$!{name}{way}"),
            2 => format!("$!{{{name}{way}}}"),
            _ => format!("${name}{way}"),
        }
    }

    fn argument(&mut self, depth: usize) -> String {
        match self.rng.usize(..8) {
            0..=3 => self.reference(depth + 1),
            4 | 5 => self.one(&STRINGS).to_owned(),
            6 => self.one(&["1", "-1", "0", "2.5", "true", "false"]).to_owned(),
            _ => self.literal(depth + 1),
        }
    }

    fn literal(&mut self, depth: usize) -> String {
        match self.rng.usize(..4) {
            0 => format!("[{}, {}]", self.argument(depth), self.argument(depth)),
            1 => {
                self.one(&["[1..3]", "[3..1]", "[$zero..$n]", "[ -1 .. 1 ]", "[]", "{}"]).to_owned()
            }
            _ if depth < 3 => format!("{{\"k\": {}}}", self.argument(depth)),
            _ => "{'a': 1}".to_owned(),
        }
    }

    fn operand(&mut self, depth: usize) -> String {
        match self.rng.usize(..6) {
            0..=2 => self.reference(depth + 1),
            3 => self.literal(depth),
            _ => self.argument(depth),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        match self.rng.usize(..7) {
            0..=2 => self.operand(depth),
            3 if depth < 3 => format!("!{}", self.operand(depth + 1)),
            4 if depth < 3 => format!("({})", self.expression(depth + 1)),
            _ if depth < 3 => {
                let operator = self.one(&OPERATORS);
                format!("{} {operator} {}", self.operand(depth + 1), self.expression(depth + 1))
            }
            _ => self.operand(depth),
        }
    }
}
