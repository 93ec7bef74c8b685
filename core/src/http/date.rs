//! Dates of `Date` fields and of access logs. The clock is the caller's.

/// 9999-12-31T23:59:59Z, the last second with a year of four digits; later ones print as this.
const LAST_SECOND: u64 = 253_402_300_799;

const WEEKDAYS: &[u8; 21] = b"ThuFriSatSunMonTueWed";
pub(crate) const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub fn http_date(unix_seconds: u64) -> [u8; 29] {
    let moment = Moment::of(unix_seconds);
    let mut text = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    text[..3].copy_from_slice(&WEEKDAYS[moment.weekday * 3..][..3]);
    two_digits(&mut text[5..7], moment.day);
    text[8..11].copy_from_slice(&MONTHS[moment.month * 3..][..3]);
    two_digits(&mut text[12..14], moment.year / 100);
    two_digits(&mut text[14..16], moment.year % 100);
    moment.write_time(&mut text[17..25]);
    text
}

/// Common Log Format, as `$context.requestTime` prints it: `10/Oct/2020:13:55:36 +0000`.
#[must_use]
pub fn clf_time(unix_seconds: u64) -> [u8; 26] {
    let moment = Moment::of(unix_seconds);
    let mut text = *b"01/Jan/1970:00:00:00 +0000";
    two_digits(&mut text[..2], moment.day);
    text[3..6].copy_from_slice(&MONTHS[moment.month * 3..][..3]);
    two_digits(&mut text[7..9], moment.year / 100);
    two_digits(&mut text[9..11], moment.year % 100);
    moment.write_time(&mut text[12..20]);
    text
}

/// A second of the calendar.
pub(crate) struct Moment {
    pub(crate) year: u64,
    /// From 0.
    pub(crate) month: usize,
    /// From 1.
    pub(crate) day: u64,
    /// From Thursday, the day of 1970-01-01.
    weekday: usize,
    pub(crate) second_of_day: u64,
}

impl Moment {
    pub(crate) fn of(unix_seconds: u64) -> Self {
        let seconds = unix_seconds.min(LAST_SECOND);
        let days = seconds / 86_400;
        // Years that start in March put the leap day last; 719,468 days lie between 0000-03-01
        // and 1970-01-01, 146,097 in 400 years.
        let since_year_0 = days + 719_468;
        let era = since_year_0 / 146_097;
        let day_of_era = since_year_0 % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Five months from March on have 153 days, and again.
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12;
        let year = era * 400 + year_of_era + u64::from(month < 2);
        Self {
            year,
            month: month as usize,
            day,
            weekday: (days % 7) as usize,
            second_of_day: seconds % 86_400,
        }
    }

    /// `HH:MM:SS` into 8 bytes.
    fn write_time(&self, text: &mut [u8]) {
        two_digits(&mut text[..2], self.second_of_day / 3_600);
        two_digits(&mut text[3..5], self.second_of_day / 60 % 60);
        two_digits(&mut text[6..8], self.second_of_day % 60);
    }
}

fn two_digits(text: &mut [u8], number: u64) {
    text[0] = b'0' + (number / 10) as u8;
    text[1] = b'0' + (number % 10) as u8;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_moments() {
        let check = |seconds, http: &str, clf: &str| {
            assert_eq!(std::str::from_utf8(&http_date(seconds)), Ok(http));
            assert_eq!(std::str::from_utf8(&clf_time(seconds)), Ok(clf));
        };
        check(0, "Thu, 01 Jan 1970 00:00:00 GMT", "01/Jan/1970:00:00:00 +0000");
        check(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT", "06/Nov/1994:08:49:37 +0000");
        check(951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "29/Feb/2000:00:00:00 +0000");
        check(1_602_338_136, "Sat, 10 Oct 2020 13:55:36 GMT", "10/Oct/2020:13:55:36 +0000");
        check(4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT", "28/Feb/2100:23:59:59 +0000");
        check(4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT", "01/Mar/2100:00:00:00 +0000");
        check(LAST_SECOND, "Fri, 31 Dec 9999 23:59:59 GMT", "31/Dec/9999:23:59:59 +0000");
        check(u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT", "31/Dec/9999:23:59:59 +0000");
    }

    /// Counts years and months from 1970 one by one.
    fn counted(unix_seconds: u64) -> String {
        let leap = |year: u64| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        let mut days = unix_seconds / 86_400;
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
        let mut year = 1970;
        while days >= 365 + u64::from(leap(year)) {
            days -= 365 + u64::from(leap(year));
            year += 1;
        }
        let months = [
            ("Jan", 31),
            ("Feb", 28 + u64::from(leap(year))),
            ("Mar", 31),
            ("Apr", 30),
            ("May", 31),
            ("Jun", 30),
            ("Jul", 31),
            ("Aug", 31),
            ("Sep", 30),
            ("Oct", 31),
            ("Nov", 30),
            ("Dec", 31),
        ];
        let mut month = 0;
        while days >= months[month].1 {
            days -= months[month].1;
            month += 1;
        }
        let second = unix_seconds % 86_400;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let (name, day) = (months[month].0, days + 1);
        format!("{weekday}, {day:02} {name} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    proptest! {
        #[test]
        fn dates_agree_with_counting(seconds in 0..=LAST_SECOND) {
            let counted = counted(seconds);
            let date = http_date(seconds);
            prop_assert_eq!(std::str::from_utf8(&date), Ok(counted.as_str()));
            let clf = clf_time(seconds);
            let (day, month, year) = (&counted[5..7], &counted[8..11], &counted[12..16]);
            let expect = format!("{day}/{month}/{year}:{} +0000", &counted[17..25]);
            prop_assert_eq!(std::str::from_utf8(&clf), Ok(expect.as_str()));
        }
    }
}
