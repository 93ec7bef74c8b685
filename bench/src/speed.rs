//! How fast the machine is at this moment, so that figures are compared only when it was the same.
//!
//! A virtual machine changes its speed within seconds: when the hypervisor moves two virtual cores
//! to different L3 caches, every cache line that passes from one to the other costs ten times as
//! much, and a request over loopback more than double. Neither the guest's topology nor its
//! counters show that. What does is passing a cache line to and fro: seen on one machine, 45 ns or
//! 540 ns a round trip, while a request cost 2.4 us or 5.9 us. Bare arithmetic was the same in
//! both: it is there for changes of the clock frequency and for neighbours on the same core.

use std::fmt;
use std::hint;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::cores;
use crate::stats::median;

/// Round trips of a cache line in a batch; multiplications in a batch; batches of each.
const TRIPS: u64 = 250;
const STEPS: u32 = 20_000;
const BATCHES: u64 = 20;
/// Two readings further apart than this are of different speeds. Readings within one speed differ
/// by up to 1.25 (bounce) and 1.1 (arithmetic).
const BOUNCE_APART: f64 = 1.5;
const COMPUTE_APART: f64 = 1.2;

/// One reading; medians over some ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// A multiplication, addition and shift that wait for each other, on the server's core.
    pub compute_ns: f64,
    /// A cache line from the server's core to the client's and back; `None` when nothing is pinned.
    pub bounce_ns: Option<f64>,
}

/// As people read it: how far the cores are apart, where that was read.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bounce_ns {
            Some(bounce) => write!(f, "{bounce:.0} ns"),
            None => write!(f, "{:.2} ns/step", self.compute_ns),
        }
    }
}

/// The readings before and after a measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Just before the load started.
    pub before: Speed,
    /// Just after it ended.
    pub after: Speed,
}

/// A cache line of its own; 128 bytes, because some processors fetch them in pairs.
#[repr(align(128))]
struct Line(AtomicU64);

impl Speed {
    /// Takes a reading with `cores`, that of the server and that of the client.
    pub fn read(cores: Option<(usize, usize)>) -> io::Result<Self> {
        let joined = |_| io::Error::other("the calibration panicked");
        // On threads of their own, so that the pinning ends with them.
        let compute_ns = thread::scope(|scope| {
            let running = scope.spawn(|| {
                cores.map_or(Ok(()), |(server, _)| cores::pin(&[server]))?;
                io::Result::Ok(compute())
            });
            running.join().map_err(joined)?
        })?;
        let Some((server, client)) = cores else { return Ok(Self { compute_ns, bounce_ns: None }) };
        let line = Line(AtomicU64::new(0));
        let bounce_ns = thread::scope(|scope| {
            let other = scope.spawn(|| {
                // Unpinned it still answers, so that the first side always ends.
                let pinned = cores::pin(&[client]);
                (0..TRIPS * BATCHES).for_each(|trip| pass(&line, 2 * trip + 1));
                pinned
            });
            let one = scope.spawn(|| {
                let pinned = cores::pin(&[server]);
                let batches = (0..BATCHES).map(|batch| {
                    let start = Instant::now();
                    for trip in batch * TRIPS..(batch + 1) * TRIPS {
                        line.0.store(2 * trip + 1, Ordering::Release);
                        await_value(&line, 2 * trip + 2);
                    }
                    start.elapsed().as_nanos() as f64 / TRIPS as f64
                });
                let batches: Vec<f64> = batches.collect();
                pinned.map(|()| median(&batches))
            });
            other.join().map_err(joined)??;
            one.join().map_err(joined)?
        })?;
        Ok(Self { compute_ns, bounce_ns: Some(bounce_ns) })
    }

    /// Whether `self` and `other` are readings of the same speed.
    pub fn agrees(&self, other: &Self) -> bool {
        let bounce = match (self.bounce_ns, other.bounce_ns) {
            (Some(one), Some(two)) => near(one, two, BOUNCE_APART),
            (None, None) => true,
            _ => false,
        };
        bounce && near(self.compute_ns, other.compute_ns, COMPUTE_APART)
    }
}

impl Moments {
    /// The machine did not change its speed in between, as far as both ends tell.
    pub fn steady(&self) -> bool {
        self.before.agrees(&self.after)
    }

    /// Both were taken steadily at the same speed, so that their figures can be divided.
    pub fn holds_with(&self, other: &Self) -> bool {
        self.steady() && other.steady() && self.speed().agrees(&other.speed())
    }

    /// Steady, and at this one of `modes`.
    pub fn is_at(&self, modes: &[Speed], mode: usize) -> bool {
        self.steady() && mode_of(self.speed(), modes) == mode
    }

    /// Their mean.
    pub fn speed(&self) -> Speed {
        let (one, two) = (self.before, self.after);
        let bounce = one.bounce_ns.zip(two.bounce_ns);
        Speed {
            compute_ns: f64::midpoint(one.compute_ns, two.compute_ns),
            bounce_ns: bounce.map(|(one, two)| f64::midpoint(one, two)),
        }
    }
}

fn near(one: f64, two: f64, apart: f64) -> bool {
    one.max(two) <= one.min(two) * apart
}

fn pass(line: &Line, awaited: u64) {
    await_value(line, awaited);
    line.0.store(awaited + 1, Ordering::Release);
}

/// Spins: both sides have a core, and a sleep would cost more than what is measured.
fn await_value(line: &Line, value: u64) {
    while line.0.load(Ordering::Acquire) != value {
        hint::spin_loop();
    }
}

fn compute() -> f64 {
    let mut value = 1_u64;
    let batches = (0..BATCHES).map(|_| {
        let start = Instant::now();
        for _ in 0..STEPS {
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            value = hint::black_box(value ^ (value >> 13));
        }
        start.elapsed().as_nanos() as f64 / f64::from(STEPS)
    });
    median(&batches.collect::<Vec<_>>())
}

/// The speeds at which a machine ran, by the time of a cache line between its cores, fastest first:
/// where sorted readings jump, another one begins.
pub fn modes(readings: impl IntoIterator<Item = Speed>) -> Vec<Speed> {
    let mut readings: Vec<Speed> = readings.into_iter().collect();
    let bounce = |speed: &Speed| speed.bounce_ns.unwrap_or(0.0);
    readings.sort_by(|one, two| bounce(one).total_cmp(&bounce(two)));
    let groups = readings.chunk_by(|one, two| near(bounce(one), bounce(two), BOUNCE_APART));
    let middle = |group: &[Speed]| Speed {
        compute_ns: median(&group.iter().map(|speed| speed.compute_ns).collect::<Vec<_>>()),
        bounce_ns: group[group.len() / 2].bounce_ns,
    };
    groups.map(middle).collect()
}

/// Which of `modes` a reading belongs to: the one it is nearest to, as a factor.
pub fn mode_of(speed: Speed, modes: &[Speed]) -> usize {
    let distance = |mode: &Speed| match (speed.bounce_ns, mode.bounce_ns) {
        (Some(one), Some(two)) => (one / two).ln().abs(),
        _ => 0.0,
    };
    let order =
        |one: &usize, two: &usize| distance(&modes[*one]).total_cmp(&distance(&modes[*two]));
    (0..modes.len()).min_by(order).unwrap_or(0)
}

/// The one of `modes` at which most of `moments` were taken, the faster of two: a median over two
/// speeds would be of neither.
pub fn main_mode<'a>(moments: impl Iterator<Item = &'a Moments>, modes: &[Speed]) -> usize {
    let mut counts = vec![0_usize; modes.len()];
    for moments in moments.filter(|moments| moments.steady()) {
        counts[mode_of(moments.speed(), modes)] += 1;
    }
    let order = |one: &usize, two: &usize| counts[*one].cmp(&counts[*two]).then(two.cmp(one));
    (0..counts.len()).max_by(order).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn speed(bounce_ns: f64) -> Speed {
        Speed { compute_ns: 1.4, bounce_ns: Some(bounce_ns) }
    }

    #[test]
    fn a_reading_is_of_real_time() {
        let cores = cores::allowed().unwrap();
        let pair = (cores.len() > 1).then(|| (cores[0], cores[1]));
        let speed = Speed::read(pair).unwrap();
        assert!(speed.compute_ns > 0.0, "{speed:?}");
        assert_eq!(speed.bounce_ns.is_some(), pair.is_some());
        assert!(speed.bounce_ns.is_none_or(|ns| ns > 0.0), "{speed:?}");
        assert!(Speed::read(Some((1023, 1023))).is_err());
    }

    #[test]
    fn a_flip_between_both_ends_is_noticed() {
        let steady = Moments { before: speed(45.0), after: speed(52.0) };
        assert!(steady.steady());
        assert_eq!(steady.speed(), speed(48.5));
        assert!(!Moments { before: speed(45.0), after: speed(540.0) }.steady());
        let slower = Speed { compute_ns: 2.0, ..speed(45.0) };
        assert!(!Moments { before: speed(45.0), after: slower }.steady());
        assert!(!speed(45.0).agrees(&Speed { bounce_ns: None, ..speed(45.0) }));
    }

    #[test]
    fn speeds_are_told_apart() {
        let readings = [540.0, 48.0, 45.0, 520.0, 50.0].map(speed);
        assert_eq!(modes(readings), [speed(48.0), speed(540.0)]);
        assert_eq!(mode_of(speed(60.0), &modes(readings)), 0);
        assert_eq!(mode_of(speed(400.0), &modes(readings)), 1);
        let unpinned = Speed { compute_ns: 1.4, bounce_ns: None };
        assert_eq!(modes([unpinned; 3]), [unpinned]);
        assert!(modes([]).is_empty());
    }

    proptest! {
        #[test]
        fn agreement_does_not_depend_on_the_order(one in 10.0..1e4_f64, two in 10.0..1e4_f64) {
            prop_assert_eq!(speed(one).agrees(&speed(two)), speed(two).agrees(&speed(one)));
            prop_assert!(speed(one).agrees(&speed(one)));
        }

        #[test]
        fn modes_lie_apart(readings in prop::collection::vec(10.0..1e4_f64, 1..30)) {
            let modes = modes(readings.iter().copied().map(speed));
            prop_assert!(!modes.is_empty());
            let bounces: Vec<_> = modes.iter().filter_map(|mode| mode.bounce_ns).collect();
            prop_assert!(bounces.windows(2).all(|pair| pair[1] > pair[0] * BOUNCE_APART));
        }
    }
}
