//! The writer against real files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ringway_core::limits::ACCESS_LOG_REOPEN_MS;
use ringway_core::link::LogSink;

use super::*;

/// A directory of one test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("ringway-log-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> (PathBuf, Arc<LogDestination>) {
        let path = self.0.join(name);
        let destination = Arc::new(LogDestination::File(path.to_str().unwrap().into()));
        (path, destination)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A sink, the batches it sends, and the writer's end of things without its thread.
struct Fixture {
    sink: LogSink,
    batches: Receiver<LogBatch>,
    sinks: Sinks,
    counts: Arc<WriterCounts>,
}

impl Fixture {
    fn new() -> Self {
        let (sender, batches) = LogSink::channel();
        let counts = Arc::<WriterCounts>::default();
        Self { sink: LogSink::new(sender), batches, sinks: Sinks::new(Arc::clone(&counts)), counts }
    }

    fn write(&mut self, destination: &Arc<LogDestination>, text: &str, now: Instant) {
        self.sink.send(destination, text.into(), 1).unwrap();
        self.sinks.write(&self.batches.recv().unwrap(), now);
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_moved_file_is_followed_within_the_interval() {
    let scratch = Scratch::new();
    let (path, destination) = scratch.file("access.log");
    let mut fixture = Fixture::new();
    let start = Instant::now();
    fixture.write(&destination, "one\n", start);
    let moved = scratch.0.join("access.log.1");
    fs::rename(&path, &moved).unwrap();

    fixture.write(&destination, "two\n", start);
    assert_eq!(text(&moved), "one\ntwo\n", "not looked again yet: nothing is lost");

    let later = start + Duration::from_millis(ACCESS_LOG_REOPEN_MS);
    fixture.write(&destination, "three\n", later);
    assert_eq!(text(&path), "three\n");

    fs::remove_file(&path).unwrap();
    let later = later + Duration::from_millis(ACCESS_LOG_REOPEN_MS);
    fixture.write(&destination, "four\n", later);
    assert_eq!(text(&path), "four\n");
    assert_eq!(fixture.counts.records.value(), 4);
}

#[test]
fn a_file_that_cannot_be_reopened_keeps_its_records() {
    let scratch = Scratch::new();
    let folder = scratch.0.join("logs");
    fs::create_dir(&folder).unwrap();
    let (_, destination) = scratch.file("logs/access.log");
    let mut fixture = Fixture::new();
    let start = Instant::now();
    fixture.write(&destination, "one\n", start);
    let moved = scratch.0.join("old");
    fs::rename(&folder, &moved).unwrap();
    let later = start + Duration::from_millis(ACCESS_LOG_REOPEN_MS);
    fixture.write(&destination, "two\n", later);
    assert_eq!(text(&moved.join("access.log")), "one\ntwo\n");
    assert_eq!(fixture.counts.records_lost.value(), 0);
}

#[test]
fn a_failing_destination_is_counted_and_recovers() {
    let scratch = Scratch::new();
    let (path, destination) = scratch.file("later/access.log");
    let mut fixture = Fixture::new();
    let now = Instant::now();
    fixture.write(&destination, "lost\n", now);
    assert_eq!((fixture.counts.records.value(), fixture.counts.records_lost.value()), (0, 1));
    fs::create_dir(path.parent().unwrap()).unwrap();
    fixture.write(&destination, "kept\n", now);
    assert_eq!(text(&path), "kept\n");
    assert_eq!((fixture.counts.records.value(), fixture.counts.records_lost.value()), (1, 1));
}

#[test]
fn a_full_device_is_a_counted_loss() {
    let destination = Arc::new(LogDestination::File("/dev/full".into()));
    let mut fixture = Fixture::new();
    fixture.write(&destination, "lost\n", Instant::now());
    assert_eq!((fixture.counts.records.value(), fixture.counts.records_lost.value()), (0, 1));
}

#[test]
fn open_files_are_bounded() {
    let scratch = Scratch::new();
    let mut fixture = Fixture::new();
    let start = Instant::now();
    for number in 0..=ACCESS_LOG_FILES_MAX {
        let (_, destination) = scratch.file(&number.to_string());
        fixture.write(&destination, "x\n", start + Duration::from_millis(number as u64));
    }
    assert_eq!(fixture.sinks.open.len(), ACCESS_LOG_FILES_MAX);
    let (path, first) = scratch.file("0");
    assert!(!fixture.sinks.open.contains_key(&first), "the one written longest ago was closed");
    fixture.write(&first, "y\n", start + Duration::from_secs(1));
    assert_eq!(text(&path), "x\ny\n");
}

#[test]
fn the_end_writes_everything_and_buffers_come_back() {
    let scratch = Scratch::new();
    let (path, destination) = scratch.file("access.log");
    let (sender, batches) = LogSink::channel();
    let sink = LogSink::new(sender.clone());
    for number in 0..100 {
        sink.send(&destination, format!("{number}\n").into(), 1).unwrap();
    }
    let writer = Writer::spawn(batches).unwrap();
    let counts = writer.counts();
    drop((sender, sink));
    assert!(writer.finish(Duration::from_secs(30)), "the writer ended");
    let expect: String = (0..100).map(|number| format!("{number}\n")).collect();
    assert_eq!(text(&path), expect);
    assert_eq!(counts.records.value(), 100);
}

#[test]
fn an_end_that_does_not_come_is_noticed() {
    let (sender, batches) = LogSink::channel();
    let writer = Writer::spawn(batches).unwrap();
    assert!(!writer.finish(Duration::from_millis(1)), "a sender is still alive");
    drop(sender);
}

#[test]
fn check_names_the_missing_folder() {
    let scratch = Scratch::new();
    let (path, destination) = scratch.file("missing/access.log");
    let error = check(&destination).unwrap_err();
    let folder = path.parent().unwrap().display().to_string();
    assert_eq!(error.to_string(), format!("the folder {folder} does not exist"));
    let (path, destination) = scratch.file("access.log");
    check(&destination).unwrap();
    assert!(path.exists());
    check(&LogDestination::Stdout).unwrap();
}
