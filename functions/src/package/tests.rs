//! Packages that may be unpacked, and those that may not.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A folder that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringway-package-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn packed(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, mode) in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(*mode);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The writer refuses what a hostile one would write: names are put in behind its back.
fn renamed(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut package = packed(&[(from, b"x", 0o644)]);
    let places: Vec<usize> = package
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(places.len(), 2, "of the entry and of the directory");
    for at in places {
        package[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    package
}

fn outcome(package: &[u8]) -> Result<Scratch, String> {
    let scratch = Scratch::new();
    let target = scratch.0.join("code");
    let unpacked = unpack(package, &target);
    assert_eq!(target.exists(), unpacked.is_ok(), "nothing is left of a refused package");
    let around = fs::read_dir(&scratch.0).unwrap().count();
    assert_eq!(around, usize::from(unpacked.is_ok()), "nothing is written outside");
    unpacked.map(|()| scratch).map_err(|error| error.message)
}

#[test]
fn packages_are_unpacked_with_their_modes() {
    let package =
        packed(&[("bootstrap", b"#!", 0o755), ("./a/b.py", b"b", 0o4_777), ("c", b"", 0o444)]);
    let scratch = outcome(&package).unwrap();
    let code = scratch.0.join("code");
    let check = |path: &str, text: &str, mode: u32| {
        assert_eq!(fs::read_to_string(code.join(path)).unwrap(), text);
        let found = fs::metadata(code.join(path)).unwrap().permissions().mode();
        assert_eq!(found & 0o7_777, mode, "{path}");
    };
    check("bootstrap", "#!", 0o755);
    check("a/b.py", "b", 0o755);
    check("c", "", 0o644);
}

#[test]
fn what_would_leave_the_folder_is_refused_by_name() {
    let check = |package: &[u8], expect: &str| {
        let error = outcome(package).map(|_| ()).unwrap_err();
        assert!(error.contains(expect), "{error}");
    };
    for (name, why) in [
        ("../evil", "leads out of the package"),
        ("a/../../e", "leads out of the package"),
        ("/etc/evil", "is absolute"),
        ("a\\..\\evil", "a backslash"),
        ("a\0b", "a NUL"),
    ] {
        let from = "z".repeat(name.len());
        check(&renamed(&from, name), why);
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    check(&writer.finish().unwrap().into_inner(), "no links");
    check(&packed(&[("a", b"", 0o644), ("A", b"", 0o644)]), "there twice");
    check(&packed(&[("a", b"", 0o644), ("./a", b"", 0o644)]), "there twice");
    check(&packed(&[("a", b"", 0o644), ("A/b", b"", 0o644)]), "a file is its folder");
    check(&packed(&[("a/b", b"", 0o644), ("A", b"", 0o644)]), "a folder has its name");
    check(b"no zip", "Could not unzip uploaded file");
    check(&vec![0; FUNCTION_ZIP_BYTES_MAX + 1], "Zipped size must be smaller");
}

#[test]
fn bombs_are_refused_before_they_fill_the_disk() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let piece = vec![0; 1024 * 1024];
    for name in ["a", "b"] {
        writer.start_file(name, options).unwrap();
        for _ in 0..FUNCTION_CODE_BYTES_MAX / piece.len() as u64 / 2 + 1 {
            writer.write_all(&piece).unwrap();
        }
    }
    let package = writer.finish().unwrap().into_inner();
    assert!(package.len() < FUNCTION_ZIP_BYTES_MAX);
    let error = outcome(&package).map(|_| ()).unwrap_err();
    assert_eq!(error, "Unzipped size must be smaller than 262144000 bytes");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..=FUNCTION_CODE_FILES_MAX {
        writer.start_file(number.to_string(), options).unwrap();
    }
    let error = outcome(&writer.finish().unwrap().into_inner()).map(|_| ()).unwrap_err();
    assert_eq!(error, "The package has more than 20000 entries");
}

proptest! {
    #[test]
    fn no_name_leads_out(name in "[./a\\\\]{0,12}|\\PC{0,12}|(\\.\\./){0,3}a") {
        if let Ok(path) = inside(&name) {
            let plain = path.components().all(|it| matches!(it, std::path::Component::Normal(_)));
            prop_assert!(plain, "{name} became {}", path.display());
            prop_assert!(Path::new("/code").join(&path).starts_with("/code"));
        }
    }
}
