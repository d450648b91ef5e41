//! The only clock of the program: the system's date, for a run that names no day.

use crate::date::Date;

/// Today where this computer is; `None` where its clock stands outside the calendar.
pub(super) fn today() -> Option<Date> {
    let date = jiff::Zoned::now().date();
    Date::from_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// The time of day where this computer is, to the second.
pub(super) fn time() -> String {
    jiff::Zoned::now().strftime("%H:%M:%S").to_string()
}
