//! Dates that others wrote, and the two ISO 8601 forms of signatures and policies.
//!
//! `http::date` writes what answers and logs say. The clock is the caller's.

use crate::http::date::{MONTHS, Moment};

/// ISO 8601 "basic format": `20150830T123600Z`.
pub(crate) fn basic(unix_seconds: u64) -> [u8; 16] {
    let mut text = *b"00000000T000000Z";
    write(unix_seconds, &mut text, [0, 4, 6, 9, 11, 13]);
    text
}

/// ISO 8601 "extended format": `2015-08-30T12:36:00Z`.
pub(crate) fn extended(unix_seconds: u64) -> [u8; 20] {
    let mut text = *b"0000-00-00T00:00:00Z";
    write(unix_seconds, &mut text, [0, 5, 8, 11, 14, 17]);
    text
}

/// Year, month, day, hour, minute and second at their places.
fn write(unix_seconds: u64, text: &mut [u8], places: [usize; 6]) {
    let moment = Moment::of(unix_seconds);
    let second = moment.second_of_day;
    let [year, month, day, hour, minute, second_at] = places;
    let numbers = [
        (year, moment.year / 100),
        (year + 2, moment.year % 100),
        (month, moment.month as u64 + 1),
        (day, moment.day),
        (hour, second / 3_600),
        (minute, second / 60 % 60),
        (second_at, second % 60),
    ];
    for (at, number) in numbers {
        text[at] = b'0' + (number / 10) as u8;
        text[at + 1] = b'0' + (number % 10) as u8;
    }
}

/// Reads ISO 8601 "basic format", to the second and in UTC.
pub(crate) fn parse_basic(text: &[u8]) -> Option<u64> {
    let (&[y1, y2, y3, y4, m1, m2, d1, d2, b'T', ref time @ ..], b"Z") = text.split_last_chunk()?
    else {
        return None;
    };
    let &[h1, h2, n1, n2, s1, s2] = time else { return None };
    seconds(&[y1, y2, y3, y4], &[m1, m2], &[d1, d2], &[h1, h2], &[n1, n2], &[s1, s2])
}

/// Reads the forms of <https://www.w3.org/TR/NOTE-datetime> from the day on: a date, a date with
/// hours and minutes, with seconds, with a fraction (dropped), in UTC or with an offset.
pub(crate) fn parse_extended(text: &[u8]) -> Option<i64> {
    let (date, time) = text.split_at_checked(10)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let at_midnight = seconds(&[y1, y2, y3, y4], &[m1, m2], &[d1, d2], b"00", b"00", b"00")?;
    let Some((b'T', time)) = time.split_first() else {
        return time.is_empty().then_some(at_midnight as i64);
    };
    let (clock, offset) = match time.split_last()? {
        (b'Z', clock) => (clock, 0),
        _ => {
            let (clock, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
            let &[sign, h1, h2, b':', m1, m2] = zone else { return None };
            let minutes = number(&[h1, h2], 14)? * 60 + number(&[m1, m2], 59)?;
            match sign {
                b'+' => (clock, minutes as i64 * 60),
                b'-' => (clock, minutes as i64 * -60),
                _ => return None,
            }
        }
    };
    let (minutes, rest) = clock.split_at_checked(5)?;
    let &[h1, h2, b':', n1, n2] = minutes else { return None };
    let second = match rest {
        [] => 0,
        [b':', s1, s2] => number(&[*s1, *s2], 59)?,
        [b':', s1, s2, b'.', fraction @ ..] if matches!(fraction.len(), 1..=9) => {
            fraction.iter().all(u8::is_ascii_digit).then_some(())?;
            number(&[*s1, *s2], 59)?
        }
        _ => return None,
    };
    let of_day = number(&[h1, h2], 23)? * 3_600 + number(&[n1, n2], 59)? * 60 + second;
    Some((at_midnight + of_day) as i64 - offset)
}

/// Reads IMF-fixdate (RFC 9110 section 5.6.7), `Sun, 30 Aug 2015 12:36:00 GMT`, and what botocore
/// writes for `GMT`: `-0000`.
pub(crate) fn parse_http(text: &[u8]) -> Option<u64> {
    let &[_, _, _, b',', b' ', d1, d2, b' ', a, b, c, b' ', y1, y2, y3, y4, b' ', ref clock @ ..] =
        text
    else {
        return None;
    };
    let &[h1, h2, b':', n1, n2, b':', s1, s2, b' ', ref zone @ ..] = clock else { return None };
    if !matches!(zone, b"GMT" | b"-0000" | b"+0000") {
        return None;
    }
    let month = MONTHS.chunks_exact(3).position(|month| month == [a, b, c])? as u8 + 1;
    let month = [b'0' + month / 10, b'0' + month % 10];
    seconds(&[y1, y2, y3, y4], &month, &[d1, d2], &[h1, h2], &[n1, n2], &[s1, s2])
}

fn number(digits: &[u8], max: u64) -> Option<u64> {
    let value = digits.iter().try_fold(0, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + u64::from(digit - b'0'))
    })?;
    (value <= max).then_some(value)
}

/// Seconds since 1970, when there is such a day.
fn seconds(y: &[u8], m: &[u8], d: &[u8], h: &[u8], n: &[u8], s: &[u8]) -> Option<u64> {
    let (year, month, day) = (number(y, 9_999)?, number(m, 12)?, number(d, 31)?);
    let of_day = number(h, 23)? * 3_600 + number(n, 59)? * 60 + number(s, 59)?;
    if year < 1970 || month == 0 {
        return None;
    }
    // Years that start in March put the leap day last, as in `Moment::of`.
    let (year_from_march, month_from_march) =
        if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
    let day_of_year = (153 * month_from_march + 2) / 5 + day.checked_sub(1)?;
    let unix = (365 * year_from_march + leap_days + day_of_year - 719_468) * 86_400 + of_day;
    let moment = Moment::of(unix);
    // The 31st of a month of 30 days would be the first of the next.
    (moment.day == day && moment.month as u64 + 1 == month).then_some(unix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::date::http_date;

    #[test]
    fn dates_that_are_none() {
        let basic = |text: &str| assert_eq!(parse_basic(text.as_bytes()), None, "{text}");
        basic("");
        basic("20150830T123600");
        basic("20150230T123600Z");
        basic("20151330T123600Z");
        basic("20150830T243600Z");
        basic("20150830T126000Z");
        basic("20150830T123660Z");
        basic("19691231T235959Z");
        basic("20150800T123600Z");
        basic("2015083xT123600Z");
        basic("20150830 123600Z");
        assert_eq!(parse_http(b"Sun, 30 Aug 2015 12:36:00 -0000"), Some(1_440_938_160));
        let http = |text: &str| assert_eq!(parse_http(text.as_bytes()), None, "{text}");
        http("Sun, 30 Aug 2015 12:36:00 UTC");
        http("Sun, 30 aug 2015 12:36:00 GMT");
        http("Sun, 31 Feb 2015 12:36:00 GMT");
    }

    #[test]
    fn dates_of_policies() {
        let check = |text: &str, expect: Option<i64>| {
            assert_eq!(parse_extended(text.as_bytes()), expect, "{text}");
        };
        check("2015-08-30T12:36:00Z", Some(1_440_938_160));
        check("2015-08-30T12:36Z", Some(1_440_938_160));
        check("2015-08-30T12:36:00.123Z", Some(1_440_938_160));
        check("2015-08-30T14:36:00+02:00", Some(1_440_938_160));
        check("2015-08-30T07:06:00-05:30", Some(1_440_938_160));
        check("2015-08-30", Some(1_440_892_800));
        for none in ["2015-8-30", "2015-08-30T", "2015-08-30T12Z", "2015-08-30T12:36:00", "é"] {
            check(none, None);
        }
        check("2015-08-30T12:36:00.Z", None);
        check("2015-08-30T12:36:00+15:00", None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(unix in 0..=253_402_300_799_u64) {
            prop_assert_eq!(parse_basic(&basic(unix)), Some(unix));
            prop_assert_eq!(parse_extended(&extended(unix)), Some(unix as i64));
            prop_assert_eq!(parse_http(&http_date(unix)), Some(unix));
        }

        #[test]
        fn any_text_is_read_or_refused(text: Vec<u8>) {
            let _ = (parse_basic(&text), parse_extended(&text), parse_http(&text));
        }
    }
}
