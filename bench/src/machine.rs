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
    /// Of TCP, `/proc/sys/net/ipv4/tcp_congestion_control`: one that paces, as BBR does, costs CPU
    /// time on loopback too, of every server.
    pub congestion_control: String,
    /// Revision of the gateway, `-dirty` when the tree differed from it.
    pub git_revision: String,
}

impl Machine {
    /// Reads this one, and the revision that `gateway --version` says; what cannot be read is
    /// `unknown`.
    pub fn read(gateway: &Path, cores: usize) -> Self {
        let unknown = || "unknown".to_owned();
        let text = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
        Self {
            cpu_model: text("/proc/cpuinfo").as_deref().and_then(cpu_model).unwrap_or_else(unknown),
            cores,
            kernel: text("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            mitigations: mitigations(Path::new("/sys/devices/system/cpu/vulnerabilities")),
            congestion_control: text("/proc/sys/net/ipv4/tcp_congestion_control")
                .unwrap_or_else(unknown),
            git_revision: version(gateway).as_deref().and_then(revision).unwrap_or_else(unknown),
        }
    }

    /// Names and values, for people.
    pub fn facts(&self) -> Vec<(String, String)> {
        let Self { cpu_model, cores, kernel, mitigations, congestion_control, git_revision } = self;
        let mitigations = mitigations.iter().map(|(name, state)| format!("{name}: {state}"));
        [
            ("machine", format!("{cpu_model}, {cores} cores, Linux {kernel}")),
            ("TCP", format!("congestion control {congestion_control}")),
            ("mitigations", mitigations.collect::<Vec<_>>().join("\n")),
            ("revision", git_revision.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// Facts as lines, for a terminal.
pub fn lines(facts: &[(String, String)]) -> String {
    let line = |(name, value): &(String, String)| {
        format!("{name:<12} {}\n", value.replace('\n', &format!("\n{:13}", "")))
    };
    facts.iter().map(line).collect()
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

fn version(gateway: &Path) -> Option<String> {
    let output = Command::new(gateway).arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok().filter(|_| output.status.success())
}

/// `ringway 0.1.0 (0123456789ab)` says it in parentheses.
fn revision(version: &str) -> Option<String> {
    let (_, rest) = version.lines().next()?.rsplit_once('(')?;
    Some(rest.split_once(')')?.0.to_owned())
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
    fn the_gateway_says_its_revision() {
        let text = "ringway 0.1.0 (0123456789ab-dirty)\n";
        assert_eq!(revision(text).as_deref(), Some("0123456789ab-dirty"));
        assert_eq!(revision("ringway 0.1.0\n"), None);
        assert_eq!(version(Path::new("/bin/false")), None);
    }

    #[test]
    fn this_machine_has_a_kernel() {
        let machine = Machine::read(Path::new("/bin/false"), 2);
        assert!(machine.kernel.contains('.'), "{machine:?}");
        assert_ne!(machine.congestion_control, "");
        assert!(!machine.mitigations.values().any(|state| state == "Not affected"));
        assert_eq!(machine.git_revision, "unknown");
    }
}
