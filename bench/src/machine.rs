//! The machine and the code a figure belongs to: without them it says nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// What every result carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// As `/proc/cpuinfo` names it.
    pub cpu_model: String,
    /// Cores this process may use.
    pub cores: usize,
    /// Kernel release.
    pub kernel: String,
    /// `/sys/devices/system/cpu/vulnerabilities`, without those that do not affect this CPU.
    pub mitigations: BTreeMap<String, String>,
    /// Revision of the code, `-dirty` when the tree differs from it.
    pub git_revision: String,
}

impl Machine {
    /// Reads this one; what cannot be read is `unknown`. `tree` is a folder of the repository.
    pub fn read(tree: &Path, cores: usize) -> Self {
        let unknown = || "unknown".to_owned();
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
        Self {
            cpu_model: cpu_model(&cpuinfo).unwrap_or_else(unknown),
            cores,
            kernel: kernel.map_or_else(|_| unknown(), |text| text.trim().to_owned()),
            mitigations: mitigations(Path::new("/sys/devices/system/cpu/vulnerabilities")),
            git_revision: git_revision(tree).unwrap_or_else(unknown),
        }
    }
}

fn cpu_model(cpuinfo: &str) -> Option<String> {
    // x86 says "model name", some ARM kernels "Model".
    let line = cpuinfo.lines().find(|line| line.to_lowercase().starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn mitigations(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let read = |entry: fs::DirEntry| {
        let state = fs::read_to_string(entry.path()).ok()?.trim().to_owned();
        let name = entry.file_name().to_string_lossy().into_owned();
        (state != "Not affected").then_some((name, state))
    };
    entries.flatten().filter_map(read).collect()
}

fn git_revision(tree: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(tree).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let revision = git(&["rev-parse", "--short=12", "HEAD"])?;
    let clean = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(if clean { revision } else { revision + "-dirty" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_found() {
        let text = "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Fast CPU @ 3 GHz\n";
        assert_eq!(cpu_model(text).as_deref(), Some("Fast CPU @ 3 GHz"));
        assert_eq!(cpu_model("processor: 0\n"), None);
    }

    #[test]
    fn this_machine_has_a_kernel() {
        let machine = Machine::read(Path::new(env!("CARGO_MANIFEST_DIR")), 2);
        assert!(machine.kernel.contains('.'), "{machine:?}");
        assert!(!machine.mitigations.values().any(|state| state == "Not affected"));
    }
}
