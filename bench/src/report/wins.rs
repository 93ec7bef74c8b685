//! Who is better, in words: no reader should have to work out what a ratio below 1 means.

use super::{BoundBy, RINGWAY, Row};
use crate::spread::Spread;

/// Less than this much better is no win but a tie.
const TIE: f64 = 0.02;

/// What to say beside a row: what bounds it, and where its server beats Ringway.
pub(super) fn remarks(row: &Row) -> (Vec<String>, bool) {
    let mut remarks = Vec::new();
    let mut peer_wins = false;
    if row.server != RINGWAY {
        let better = |factor: Spread, what: &str| {
            (factor.count > 0 && factor.median > 1.0 + TIE && factor.low > 1.0)
                .then(|| format!("{} wins: {:.2}x {what}", row.server, factor.median))
        };
        let wins = [
            better(inverse(row.cpu_ratio), "less CPU"),
            better(inverse(row.p99_ratio), "lower p99"),
            // What the client bounds is not the server's to win.
            (row.bound_by == Some(BoundBy::Server))
                .then(|| better(row.rate_ratio, "more requests/s"))
                .flatten(),
        ];
        remarks.extend(wins.into_iter().flatten());
        peer_wins = !remarks.is_empty();
        let ratio = row.cpu_ratio;
        if ratio.count > 0 && (ratio.median - 1.0).abs() <= TIE {
            remarks.push("a tie in CPU".to_owned());
        }
    }
    match row.bound_by {
        Some(BoundBy::Client) => remarks.push("client-bound: serves at least so many".to_owned()),
        Some(BoundBy::Both) => remarks.push("client full too: may serve more".to_owned()),
        Some(BoundBy::Server | BoundBy::Neither) | None => {}
    }
    if row.errors > 0 {
        remarks.push(format!("{} errors", row.errors));
    }
    (remarks, peer_wins)
}

fn inverse(ratio: Spread) -> Spread {
    let of = |value: f64| 1.0 / value;
    if ratio.count == 0 {
        return ratio;
    }
    Spread {
        count: ratio.count,
        median: of(ratio.median),
        min: of(ratio.max),
        max: of(ratio.min),
        low: of(ratio.high),
        high: of(ratio.low),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Kind;
    use crate::report::sample::tests::report;

    fn remarks_of(nginx: f64, bound_by: BoundBy) -> (String, bool) {
        let mut report = report(Kind::Compare, &[(RINGWAY, 10.0), ("nginx", nginx)]);
        report.rows[1].bound_by = Some(bound_by);
        let (remarks, wins) = remarks(&report.rows[1]);
        (remarks.join("; "), wins)
    }

    #[test]
    fn a_peer_that_wins_is_named() {
        let (text, wins) = remarks_of(5.0, BoundBy::Server);
        assert!(wins);
        assert_eq!(
            text,
            "nginx wins: 2.00x less CPU; nginx wins: 2.00x lower p99; \
             nginx wins: 2.00x more requests/s"
        );
        let (text, wins) = remarks_of(5.0, BoundBy::Client);
        assert!(wins && text.ends_with("client-bound: serves at least so many"), "{text}");
        assert!(!text.contains("requests/s"), "{text}");
    }

    #[test]
    fn neither_a_loss_nor_a_tie_is_a_win() {
        assert_eq!(remarks_of(25.0, BoundBy::Server), (String::new(), false));
        assert_eq!(remarks_of(10.05, BoundBy::Neither), ("a tie in CPU".to_owned(), false));
    }
}
