//! One list of benchmarks, two ways to run it: timed by criterion, or counted under callgrind.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};

/// Runs of a routine in one count. Divisible by the numbers of paths that `route` takes in turn.
pub(crate) const RUNS: u64 = 3_663;

/// How benchmarks are run.
pub(crate) enum Harness {
    Timed(Box<Criterion>),
    /// Names of what was counted, and how often it ran, in order.
    Counted(Vec<(String, u64)>),
}

/// Benchmarks of one subject.
pub(crate) enum Group<'h> {
    Timed(BenchmarkGroup<'h, WallTime>),
    Counted { subject: String, counted: &'h mut Vec<(String, u64)> },
}

impl Harness {
    pub(crate) fn group(&mut self, subject: &str) -> Group<'_> {
        match self {
            Self::Timed(criterion) => Group::Timed(criterion.benchmark_group(subject)),
            Self::Counted(counted) => Group::Counted { subject: subject.to_owned(), counted },
        }
    }
}

impl Group<'_> {
    /// The sizes of `all` that are worth running: a cold CPU cache costs time, not instructions.
    pub(crate) fn sizes<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        match self {
            Self::Timed(_) => all,
            Self::Counted { .. } => &all[..1],
        }
    }

    /// What one run processes, for the timed report.
    pub(crate) fn throughput(&mut self, throughput: Throughput) {
        if let Self::Timed(group) = self {
            group.throughput(throughput);
        }
    }

    /// Few samples, few runs: for what takes milliseconds.
    pub(crate) fn bench_slow<R>(&mut self, name: &str, mut routine: impl FnMut() -> R) {
        match self {
            Self::Timed(group) => {
                group.sample_size(10);
                group.bench_function(name, |bencher| bencher.iter_with_large_drop(&mut routine));
            }
            Self::Counted { .. } => self.count(name, 3, || (), |()| routine()),
        }
    }

    /// A routine, result and all.
    pub(crate) fn bench<R>(&mut self, name: &str, mut routine: impl FnMut() -> R) {
        match self {
            Self::Timed(group) => {
                group.bench_function(name, |bencher| bencher.iter(&mut routine));
            }
            Self::Counted { .. } => {
                self.count(name, RUNS, || (), |()| drop(black_box(routine())));
            }
        }
    }

    /// A routine with an input of its own for each run; neither making the input nor dropping the
    /// result is measured.
    pub(crate) fn bench_with<I, R>(
        &mut self,
        name: &str,
        mut input: impl FnMut() -> I,
        mut routine: impl FnMut(I) -> R,
    ) {
        match self {
            Self::Timed(group) => {
                group.bench_function(name, |bencher| {
                    bencher.iter_batched(&mut input, &mut routine, BatchSize::SmallInput);
                });
            }
            Self::Counted { .. } => self.count(name, RUNS, input, routine),
        }
    }

    fn count<I, R>(
        &mut self,
        name: &str,
        runs: u64,
        mut input: impl FnMut() -> I,
        mut routine: impl FnMut(I) -> R,
    ) {
        let Self::Counted { subject, counted } = self else { return };
        // What is done once, by whoever comes first, is not counted.
        drop(routine(input()));
        let mut results = Vec::with_capacity(usize::try_from(runs).unwrap_or(0));
        let mut inputs = (0..runs).map(|_| input()).collect::<Vec<_>>().into_iter();
        counting_window(&mut || {
            for input in inputs.by_ref() {
                results.push(routine(input));
            }
        });
        counted.push((format!("{subject}: {name}"), runs));
    }
}

/// What `benches/guard.rs` tells callgrind to count: it finds the function by this name.
#[inline(never)]
fn counting_window(run: &mut dyn FnMut()) {
    run();
    // Keeps the call from becoming a jump, which would not return here.
    black_box(());
}
