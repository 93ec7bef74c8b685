//! Identifiers of APIs and stages: they appear in host names and paths, and must be unique there.

use std::collections::HashSet;

use super::report::{Place, Report};
use crate::definition::{Definitions, DeployedStage, Owner};

/// Those seen so far, over all accounts.
#[derive(Default)]
pub(super) struct Identifiers<'d> {
    owners: HashSet<&'d Owner>,
    apis: HashSet<&'d str>,
}

impl<'d> Identifiers<'d> {
    /// Refuses what cannot be told apart or reached.
    pub(super) fn check(
        &mut self,
        definitions: &'d Definitions,
        root: &Place<'_>,
        report: &mut Report,
    ) {
        let owner = &definitions.owner;
        if !self.owners.insert(owner) {
            let Owner { account_id, region } = owner;
            report.refuse(root, format!("Account {account_id} in {region} is there twice"));
        }
        for (ix, api) in definitions.apis.iter().enumerate() {
            // A place is spelled out only for a fault.
            let place = || root.key("apis").at(ix);
            let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
            if !(1..=64).contains(&api.id.len()) || !api.id.bytes().all(letters) {
                report.refuse(&place().key("id"), "An API id is 1 to 64 of a-z, 0-9 and -");
            }
            if !self.apis.insert(&api.id) {
                report.refuse(&place().key("id"), format!("API id {} is there twice", api.id));
            }
            check_stages(&api.stages, place, report);
        }
    }
}

fn check_stages<'n>(stages: &[DeployedStage], api: impl Fn() -> Place<'n>, report: &mut Report) {
    let mut names = HashSet::new();
    for (ix, deployed) in stages.iter().enumerate() {
        let place = || api().key("stages").at(ix).key("stageName");
        let name = &deployed.stage.stage_name;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=128).contains(&name.len()) || !name.bytes().all(letters) {
            // AWS's own words.
            report.refuse(
                &place(),
                "Stage name only allows a-zA-Z0-9_- and is 1 to 128 characters long",
            );
        }
        if !names.insert(name) {
            report.refuse(&place(), format!("Stage {name} is there twice"));
        }
    }
}
