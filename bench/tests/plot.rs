//! The charts from outside: what is in the SVG, and what is refused.

use proptest::prelude::*;
use ringway_bench::plot::{Axis, Bar, BarSeries, Bars, Error, Lines, Mark, Point, Series};

fn lines(series: Vec<Series>, log: bool) -> Lines {
    let axis = |label| if log { Axis::log(label) } else { Axis::linear(label) };
    Lines { title: "T & <t>".into(), x: axis("x"), y: axis("y"), series, marks: Vec::new() }
}

fn series(name: &str, points: &[(f64, f64)]) -> Series {
    let points = points.iter().map(|(x, y)| Point { x: *x, y: *y, low: y * 0.9, high: y * 1.1 });
    Series { name: name.into(), points: points.collect() }
}

fn bars(values: &[(&str, &[Option<f64>])], axis: Axis) -> Bars {
    let bar = |value: f64| Bar { value, low: value * 0.8, high: value * 1.3 };
    let series = values.iter().map(|(name, values)| BarSeries {
        name: (*name).to_owned(),
        bars: values.iter().map(|value| value.map(bar)).collect(),
    });
    Bars {
        title: "CPU time a request".into(),
        axis,
        groups: vec!["mock".into(), "full-path".into()],
        series: series.collect(),
        marks: vec![Mark { at: 4.0, label: "must".into() }],
    }
}

#[test]
fn lines_carry_their_names_units_and_ticks() {
    let all = vec![
        series("ringway", &[(10_000.0, 9.0), (1.0, 20.0), (100.0, 8.0)]),
        series("nginx", &[(1.0, 40.0)]),
    ];
    let svg = lines(all, true).svg().unwrap();
    for part in ["T &amp; &lt;t&gt;", "ringway", "nginx", "\nx\n", "\ny\n", "\n100\n", "\n10k\n"] {
        assert!(svg.contains(part), "{part:?} is not in {svg}");
    }
    assert!(!svg.contains("<script") && !svg.contains("href"), "{svg}");
}

#[test]
fn bars_carry_their_values_and_marks() {
    let all = bars(
        &[("ringway", &[Some(2.49), Some(6.0)]), ("nginx", &[None, Some(11.9)])],
        Axis::linear("us"),
    );
    let svg = all.svg().unwrap();
    for part in ["\n2.49\n", "\n11.9\n", "\nmust\n", "\nfull-path\n", "\nmock\n", "\nus\n"] {
        assert!(svg.contains(part), "{part:?} is not in {svg}");
    }
    // Two bars and one swatch of ringway's colour, one bar and one swatch of nginx's.
    let filled = |colour: &str| svg.matches(&format!("fill=\"{colour}\" stroke=\"none\"")).count();
    assert_eq!((filled("#0072B2"), filled("#D55E00")), (3, 2), "{svg}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    assert_eq!(lines(Vec::new(), false).svg(), Err(Error::Empty));
    assert_eq!(lines(vec![series("none", &[])], false).svg(), Err(Error::Empty));
    assert_eq!(bars(&[("a", &[None])], Axis::linear("us")).svg(), Err(Error::Empty));
    let zero = bars(&[("a", &[Some(0.0)])], Axis::log("us"));
    assert_eq!(zero.svg(), Err(Error::Value("0".into())));
    let many = vec![series("s", &[(1.0, 1.0)]); 9];
    assert_eq!(lines(many, false).svg(), Err(Error::TooManySeries(9)));
}

proptest! {
    #[test]
    fn any_measured_values_make_a_chart(
        points in prop::collection::vec((1e-3..1e7_f64, 1e-3..1e7_f64), 1..12),
        log: bool,
    ) {
        let svg = lines(vec![series("a", &points)], log).svg().unwrap();
        prop_assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    }
}
