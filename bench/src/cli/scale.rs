//! The flags of `scale`.

use std::path::PathBuf;

use clap::Args;

use crate::scale::{Part, Plan};

/// Flags of `scale`.
#[derive(Args, Debug)]
pub struct ScaleArgs {
    /// Parts to measure, separated by commas [default: all]
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// One round and fewer points: at most a minute
    #[arg(long)]
    quick: bool,
    /// Also draw the series, as SVG files in this folder
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// Also write what is printed, which is Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// The gateway's binary [default: `ringway` beside this program]
    #[arg(long, value_name = "PATH")]
    gateway: Option<PathBuf>,
    /// Also write the result as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl ScaleArgs {
    /// The plan.
    pub fn plan(&self) -> Plan {
        let wanted = |part: &Part| self.only.is_empty() || self.only.contains(part);
        Plan {
            parts: Part::ALL.into_iter().filter(wanted).collect(),
            quick: self.quick,
            gateway: self.gateway.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::super::tests::parse;
    use super::*;

    fn parts(line: &str) -> Result<Vec<Part>, String> {
        match parse(&format!("scale {line}"))? {
            Command::Scale(args) => Ok(args.plan().parts),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parts_are_chosen_by_name_and_keep_their_order() {
        assert_eq!(parts(""), Ok(Part::ALL.to_vec()));
        assert_eq!(parts("--only memory,routes"), Ok(vec![Part::Routes, Part::Memory]));
        let error = parts("--only speed").unwrap_err();
        assert!(error.contains("workers, connections, routes, keys, memory"), "{error}");
    }
}
