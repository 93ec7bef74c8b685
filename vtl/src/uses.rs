//! What a template looks at of a variable, told from its text: who gives a large value need not
//! make the parts that nobody asks for.

use crate::program::{Block, Expression, Node, Program, Reference, Slot, Step};

/// What a template looks at of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uses {
    /// It may look at anything.
    Whole,
    /// Only what these properties lead to, each a chain of names with dots between them.
    Properties(Vec<String>),
}

pub(crate) fn uses(program: &Program, name: &str) -> Uses {
    let mut search = Search { slot: program.names.find(name), chains: Some(Vec::new()) };
    search.block(&program.block);
    for r#macro in &program.macros {
        search.block(&r#macro.block);
    }
    match search.chains {
        Some(mut chains) => {
            chains.sort_unstable();
            chains.dedup();
            Uses::Properties(chains)
        }
        None => Uses::Whole,
    }
}

/// The text is a tree, as deep as the parser allows.
struct Search {
    slot: Option<Slot>,
    /// None: it may look at anything.
    chains: Option<Vec<String>>,
}

impl Search {
    fn block(&mut self, block: &Block) {
        for node in block {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(_) | Node::Stop | Node::Refused(..) | Node::Break(None, _) => {}
            Node::Reference(reference) => self.reference(reference),
            Node::Set(set) => {
                self.steps(set.slot, &set.steps);
                self.expression(&set.value);
            }
            Node::If(arms) => {
                for arm in arms {
                    arm.condition.iter().for_each(|condition| self.expression(condition));
                    self.block(&arm.block);
                }
            }
            Node::Foreach(foreach) => {
                self.expression(&foreach.list);
                self.block(&foreach.block);
            }
            Node::Define(_, block) => self.block(block),
            Node::Call(call) => {
                call.arguments.iter().for_each(|argument| self.expression(&argument.value));
                call.body.iter().for_each(|body| self.block(body));
            }
            Node::Break(Some(expression), _) => self.expression(expression),
            // Its text is not known yet.
            Node::Evaluate(..) => self.chains = None,
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Nothing
            | Expression::Bool(_)
            | Expression::Int(_)
            | Expression::Long(_)
            | Expression::Big(_)
            | Expression::Double(_)
            | Expression::Text(_) => {}
            Expression::Interpolated(block, _) => self.block(block),
            Expression::Reference(reference) => self.reference(reference),
            Expression::List(elements) => {
                elements.iter().for_each(|element| self.expression(element));
            }
            Expression::Range(ends) => {
                self.expression(&ends.0);
                self.expression(&ends.1);
            }
            Expression::Map(entries) => {
                for (key, value) in entries {
                    self.expression(key);
                    self.expression(value);
                }
            }
            Expression::Not(operand) => self.expression(operand),
            Expression::Binary(binary) => {
                self.expression(&binary.left);
                self.expression(&binary.right);
            }
        }
    }

    fn reference(&mut self, reference: &Reference) {
        self.steps(reference.slot, &reference.steps);
    }

    fn steps(&mut self, slot: Slot, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Property(_) => {}
                Step::Index(index) => self.expression(index),
                Step::Method(method) => {
                    method.arguments.iter().for_each(|argument| self.expression(argument));
                }
            }
        }
        if Some(slot) != self.slot {
            return;
        }
        let names = steps.iter().map_while(|step| match step {
            Step::Property(name) => Some(&**name),
            Step::Index(Expression::Text(name)) => Some(name.as_str()),
            Step::Index(_) | Step::Method(_) => None,
        });
        let chain = names.collect::<Vec<_>>().join(".");
        if chain.is_empty() {
            self.chains = None;
        }
        if let Some(chains) = &mut self.chains {
            chains.push(chain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Uses;
    use crate::Template;

    #[test]
    fn uses_of_a_variable() {
        let check = |text: &str, expect: Option<&[&str]>| {
            let uses = Template::parse(text).expect(text).uses("c");
            let expect = expect.map_or(Uses::Whole, |chains| {
                Uses::Properties(chains.iter().map(ToString::to_string).collect())
            });
            assert_eq!(uses, expect, "{text}");
        };
        check("text $d.a", Some(&[]));
        check("$c.a ${c.b.d} $!c.a \"$c.e\"", Some(&["a", "b.d", "e"]));
        check("#set($x = \"a $c.e\")", Some(&["e"]));
        check("#set($c.a.b = 1)#if($c.d == 2)#end", Some(&["a.b", "d"]));
        check("#if($x)#elseif(!$c.d || $c.e > [$c.f, {1: $c.g}])#end", Some(&["d", "e", "f", "g"]));
        check("$c['a'].b $c.d[$c.e].f", Some(&["a.b", "d", "e"]));
        check("$c.a.keySet() $x.get($c.b)", Some(&["a", "b"]));
        check("#foreach($x in $c.a)$c.b#end#define($y)$c.d#end", Some(&["a", "b", "d"]));
        check("#macro(m $p)$c.a$p#end#m($c.b)", Some(&["a", "b"]));
        for whole in [
            "$c",
            "#m($c)",
            "#set($d = $c)",
            "#set($c = 1)",
            "$c.keySet()",
            "$c[$x].a",
            "#foreach($x in $c)#end",
            "#evaluate($x)",
            "\"$c\".a #if($c)#end",
            "$x.put('a', $c)",
            "#macro(m)$c#end",
        ] {
            check(whole, None);
        }
    }
}
