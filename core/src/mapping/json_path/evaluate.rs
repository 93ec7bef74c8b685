//! A path over a tree.

use std::borrow::Cow;
use std::cell::Cell;

use super::filter::Filter;
use super::path::{Path, Step, Token};
use crate::json::{Json, Members};
use crate::limits::{JSON_PATH_RESULTS_MAX, JSON_PATH_STEPS_MAX};

/// What ends an evaluation, or one branch of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is nothing where the path must lead.
    Missing,
    /// A filter is applied to what it cannot be applied to; inside a filter that is: false.
    Invalid,
    /// An index of a function; a step that takes an index of a list goes on.
    OutOfBounds,
    Failed(&'static str),
    TooExpensive,
}

pub(super) type Results<'t, 'd> = Vec<Cow<'t, Json<'d>>>;

/// One evaluation: where it begins, and what it may still spend.
pub(super) struct Evaluation<'t, 'd> {
    pub(super) root: &'t Json<'d>,
    steps_left: Cell<usize>,
    /// Whether members found at the end of the path count. A scan closes this over the elements of
    /// a list that its next step does not name by one index, and nothing opens it again: so Jayway
    /// has it.
    open: Cell<bool>,
    /// Whether a missing member ends the evaluation: so it is where a filter asks for existence.
    strict: bool,
}

impl<'t, 'd> Evaluation<'t, 'd> {
    pub(super) fn new(root: &'t Json<'d>) -> Self {
        Self {
            root,
            steps_left: Cell::new(JSON_PATH_STEPS_MAX),
            open: Cell::new(true),
            strict: false,
        }
    }

    /// Spends one step.
    pub(super) fn step(&self) -> Result<(), Stop> {
        match self.steps_left.get() {
            0 => Err(Stop::TooExpensive),
            left => {
                self.steps_left.set(left - 1);
                Ok(())
            }
        }
    }

    /// The value of a path inside a filter or among arguments, as Jayway's `getValue`.
    pub(super) fn value<'m>(
        &self,
        path: &Path,
        model: &'m Json<'d>,
    ) -> Result<Cow<'m, Json<'d>>, Stop>
    where
        't: 'm,
    {
        let mut found = Vec::new();
        let open = self.open.replace(true);
        let walked = self.walk(&path.steps, model, &mut found);
        self.open.set(open);
        walked?;
        if path.definite {
            return found.pop().ok_or(Stop::Missing);
        }
        Ok(Cow::Owned(Json::Array(found.into_iter().map(Cow::into_owned).collect())))
    }

    /// Whether a path leads anywhere from `model`.
    pub(super) fn exists(&self, path: &Path, model: &Json<'d>) -> Result<bool, Stop> {
        let strict = Evaluation {
            root: self.root,
            steps_left: self.steps_left.clone(),
            open: Cell::new(true),
            strict: true,
        };
        let mut found = Vec::new();
        let walked = strict.walk(&path.steps, model, &mut found);
        self.steps_left.set(strict.steps_left.get());
        match walked {
            Ok(()) => Ok(!path.definite || !found.is_empty()),
            Err(Stop::Missing) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    /// Goes on from `model` with the steps.
    pub(super) fn walk<'m>(
        &self,
        steps: &[Step],
        model: &'m Json<'d>,
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        self.step()?;
        let Some((step, rest)) = steps.split_first() else {
            if found.len() >= JSON_PATH_RESULTS_MAX {
                return Err(Stop::TooExpensive);
            }
            found.push(Cow::Borrowed(model));
            return Ok(());
        };
        match &step.token {
            Token::Names(names) => self.names(names, step, rest, model, found),
            Token::Indexes(indexes) => {
                let Some(elements) = list(step, model)? else { return Ok(()) };
                indexes.iter().try_for_each(|index| self.index(*index, elements, rest, found))
            }
            Token::Slice(from, to) => {
                let Some(elements) = list(step, model)? else { return Ok(()) };
                let range = slice(*from, *to, elements.len());
                range.into_iter().try_for_each(|index| self.index(index, elements, rest, found))
            }
            Token::Wildcard => self.wildcard(rest, model, found),
            Token::Scan => self.scan(rest, model, found),
            Token::Filter(filter) => self.filter(filter, step, rest, model, found),
            Token::Function(function, arguments) => {
                let result = function.apply(arguments, model, self)?;
                let mut further: Results<'_, 'd> = Vec::new();
                if !rest.is_empty() {
                    self.walk(rest, &result, &mut further)?;
                }
                let further = further.into_iter().map(Cow::into_owned).collect::<Vec<_>>();
                found.push(Cow::Owned(result));
                found.extend(further.into_iter().map(Cow::Owned));
                Ok(())
            }
        }
    }

    fn names<'m>(
        &self,
        names: &[Box<str>],
        step: &Step,
        rest: &[Step],
        model: &'m Json<'d>,
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        let Json::Object(members) = model else {
            return if step.upstream_definite { Err(Stop::Missing) } else { Ok(()) };
        };
        if names.len() > 1 && rest.is_empty() {
            let mut merged = Members::default();
            for name in names {
                if let Some((name, value)) = members.entry_of(&**name) {
                    merged.insert(name.clone(), value.clone());
                } else if self.strict {
                    return Err(Stop::Missing);
                }
            }
            found.push(Cow::Owned(Json::Object(merged)));
            return Ok(());
        }
        for name in names {
            match members.get(&**name) {
                Some(_) if rest.is_empty() && !self.open.get() => {}
                Some(value) => self.walk(rest, value, found)?,
                None if self.strict => return Err(Stop::Missing),
                None if rest.is_empty() => {}
                None if step.upstream_definite && names.len() == 1 => return Err(Stop::Missing),
                None => {}
            }
        }
        Ok(())
    }

    fn index<'m>(
        &self,
        index: i32,
        elements: &'m [Json<'d>],
        rest: &[Step],
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let at = if index < 0 { elements.len().checked_sub(back) } else { Some(back) };
        match at.and_then(|at| elements.get(at)).map(|element| self.walk(rest, element, found)) {
            None | Some(Err(Stop::OutOfBounds)) => Ok(()),
            Some(walked) => walked,
        }
    }

    fn wildcard<'m>(
        &self,
        rest: &[Step],
        model: &'m Json<'d>,
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        match model {
            Json::Object(_) if rest.is_empty() && !self.open.get() => Ok(()),
            Json::Object(members) => {
                members.values().try_for_each(|value| self.walk(rest, value, found))
            }
            Json::Array(elements) => {
                elements.iter().try_for_each(|element| match self.walk(rest, element, found) {
                    Err(Stop::OutOfBounds) => Ok(()),
                    Err(Stop::Missing) if !self.strict => Ok(()),
                    walked => walked,
                })
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    /// `steps` are those behind the `..`; the first decides where in the tree it applies.
    fn scan<'m>(
        &self,
        steps: &[Step],
        model: &'m Json<'d>,
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        self.step()?;
        let Some((step, rest)) = steps.split_first() else {
            return Err(Stop::Failed("nothing follows `..`"));
        };
        match model {
            Json::Object(members) => {
                if self.applies(step, rest, model)? {
                    self.walk(steps, model, found)?;
                }
                members.values().try_for_each(|value| self.scan(steps, value, found))
            }
            Json::Array(elements) => {
                if self.applies(step, rest, model)? {
                    if rest.is_empty() {
                        self.walk(steps, model, found)?;
                    } else {
                        // Jayway goes on with every element here, whatever the step selects.
                        for (at, element) in elements.iter().enumerate() {
                            if rest.len() == 1 {
                                self.open.set(names_one(&step.token, at));
                            }
                            self.walk(rest, element, found)?;
                        }
                    }
                }
                elements.iter().try_for_each(|element| self.scan(steps, element, found))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    fn applies(&self, step: &Step, rest: &[Step], model: &Json<'d>) -> Result<bool, Stop> {
        Ok(match (&step.token, model) {
            (Token::Names(names), Json::Object(members)) => {
                (names.len() > 1 && !rest.is_empty())
                    || names.iter().all(|name| members.contains_key(&**name))
            }
            (Token::Indexes(_) | Token::Slice(..), Json::Array(_)) | (Token::Wildcard, _) => true,
            (Token::Filter(filter), _) => self.accepts(filter, model)?,
            (Token::Names(_) | Token::Indexes(_) | Token::Slice(..), _)
            | (Token::Scan | Token::Function(..), _) => false,
        })
    }

    fn filter<'m>(
        &self,
        filter: &Filter,
        step: &Step,
        rest: &[Step],
        model: &'m Json<'d>,
        found: &mut Results<'m, 'd>,
    ) -> Result<(), Stop> {
        match model {
            Json::Object(_) if self.accepts(filter, model)? => self.walk(rest, model, found),
            Json::Object(_) => Ok(()),
            Json::Array(elements) => elements.iter().try_for_each(|element| {
                if !self.accepts(filter, element)? {
                    return Ok(());
                }
                match self.walk(rest, element, found) {
                    Err(Stop::OutOfBounds) => Ok(()),
                    walked => walked,
                }
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                if step.upstream_definite { Err(Stop::Invalid) } else { Ok(()) }
            }
        }
    }

    /// Whether a value passes. What is missing or cannot be compared is no reason to stop.
    fn accepts(&self, filter: &Filter, item: &Json<'d>) -> Result<bool, Stop> {
        match filter.holds(item, self) {
            Err(Stop::Missing | Stop::Invalid) => Ok(false),
            held => held,
        }
    }
}

fn list<'m, 'd>(step: &Step, model: &'m Json<'d>) -> Result<Option<&'m [Json<'d>]>, Stop> {
    match model {
        Json::Array(elements) => Ok(Some(elements)),
        _ if step.upstream_definite => Err(Stop::Missing),
        _ => Ok(None),
    }
}

/// Whether a step is `[at]`.
fn names_one(token: &Token, at: usize) -> bool {
    match token {
        Token::Indexes(indexes) => indexes.len() == 1 && usize::try_from(indexes[0]) == Ok(at),
        _ => false,
    }
}

/// The indexes of a slice, as they are looked up: one below zero counts from the end, so `[-2:1]`
/// of three elements is the second, the third and the first.
fn slice(from: Option<i32>, to: Option<i32>, length: usize) -> std::ops::Range<i32> {
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    let from_end = |index: i32| if index < 0 { length.saturating_add(index) } else { index };
    match (from, to) {
        (Some(from), None) => from_end(from).max(0)..length,
        (Some(from), Some(to)) => from.max(-length)..to.min(length),
        (None, Some(to)) => 0..from_end(to).min(length),
        (None, None) => 0..0,
    }
}
