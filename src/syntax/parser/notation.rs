//! Other notations: how numbers, dates, letters and signs are written elsewhere, and what they are here.

use super::slip::RESERVED;
use crate::date::Date;

/// Whether a number is written as the language writes it: `12`, `1_000`, `3.5`, `35%`.
pub(super) fn is_plain(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_suffix('%').unwrap_or(text);
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    whole.split('_').all(digits) && fraction.is_none_or(digits)
}

/// A number in another notation, as the language writes it; `None` when it is no number at all.
pub(super) fn plain(text: &str) -> Option<String> {
    let is_percent = text.ends_with('%');
    let number = text.trim_end_matches('%').trim_end();
    let mut right = if number.contains(['e', 'E']) {
        without_exponent(number)?
    } else {
        let grouped = number.contains(',');
        let number = number.trim_end_matches('.').replace(',', "_");
        let number =
            if grouped { number } else { number.split('_').filter(|part| !part.is_empty()).collect() };
        if number.starts_with('.') { format!("0{number}") } else { number }
    };
    if is_percent {
        right.push('%');
    }
    is_plain(&right).then_some(right)
}

/// `1e6`, `2.5E-3` in plain digits, as far as a number can be that large.
fn without_exponent(number: &str) -> Option<String> {
    let (digits, exponent) = number.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= 30)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if !all.bytes().all(|byte| byte.is_ascii_digit()) || all.len() > 40 {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let mut plain = String::new();
    for at in point.min(0)..point.max(i32::try_from(all.len()).ok()?) {
        if at == point {
            plain.push_str(if plain.is_empty() { "0." } else { "." });
        }
        let digit = usize::try_from(at).ok().and_then(|at| all.as_bytes().get(at));
        plain.push(digit.map_or('0', |digit| char::from(*digit)));
    }
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
    let trimmed = plain.trim_start_matches('0');
    Some(match trimmed.starts_with('.') || trimmed.is_empty() {
        true => format!("0{trimmed}"),
        false => trimmed.to_owned(),
    })
}

/// A date as somebody wrote it.
pub(super) struct DateSpelling {
    /// The date as the language writes it, or the nearest one that exists.
    pub(super) nearest: String,
    /// What is wrong with it.
    pub(super) problem: DateProblem,
}

/// What can be wrong with a date.
pub(super) enum DateProblem {
    /// Nothing.
    None,
    /// The calendar does not have it, and why.
    Impossible(String),
    /// `2026-1-31`.
    Unpadded,
    /// `31.01.2026` and its like; certain when it can be read in one way only.
    Otherwise {
        /// Month and day cannot be told apart otherwise.
        certain: bool,
    },
}

/// Reads a date in any of the notations that the grammar's `spelled_date` knows.
pub(super) fn date(text: &str) -> Option<DateSpelling> {
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |part: &str| part.parse::<u16>().ok();
    let (first_value, second_value, third_value) = (number(first)?, number(second)?, number(third)?);
    let year_first = first.len() == 4;
    let (year, mut month, mut day) = match year_first {
        true => (first_value, second_value, third_value),
        false => (third_value, second_value, first_value),
    };
    if !year_first && month > 12 && day <= 12 {
        (month, day) = (day, month);
    }
    let nearest = nearest(year, month, day);
    let exists = Date::parse(&format!("{year:04}-{month:02}-{day:02}")).is_ok();
    let problem = if !exists {
        DateProblem::Impossible(why_impossible(year, month))
    } else if text.contains('-') {
        if text == nearest { DateProblem::None } else { DateProblem::Unpadded }
    } else {
        DateProblem::Otherwise { certain: year_first || text.contains('.') || day > 12 || second_value > 12 }
    };
    Some(DateSpelling { nearest, problem })
}

/// The nearest day in the calendar, written.
fn nearest(year: u16, month: u16, day: u16) -> String {
    let (year, month) = (year.max(1), month.clamp(1, 12));
    let days = (1..=day.clamp(1, 31)).rev();
    let mut written = days.map(|day| format!("{year:04}-{month:02}-{day:02}"));
    written.find(|date| Date::parse(date).is_ok()).unwrap_or_else(|| "2000-01-01".to_owned())
}

fn why_impossible(year: u16, month: u16) -> String {
    if year == 0 {
        return "years are counted from 1".to_owned();
    }
    if !(1..=12).contains(&month) {
        return "a date is year, month, day, and months are 01 to 12".to_owned();
    }
    let last = nearest(year, month, 31);
    format!("the last day of that month is {last}")
}

/// A name in the letters `a` to `z`.
pub(super) struct AsciiName {
    /// The name; a letter without a counterpart is `_`.
    pub(super) name: String,
    /// Whether every letter has a counterpart.
    pub(super) certain: bool,
}

/// A name with foreign letters, as it could be written here.
pub(super) fn ascii_name(text: &str) -> AsciiName {
    let mut name = String::new();
    let mut certain = true;
    for letter in text.chars() {
        if letter.is_ascii() {
            name.push(letter);
        } else if let Some(like) = look_alike(letter) {
            name.push(like);
        } else if let Some(plain) = without_accent(letter) {
            name.push_str(plain);
        } else {
            certain = false;
            name.push('_');
        }
    }
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name.replace_range(..1, "x");
        certain = false;
    }
    AsciiName { name, certain }
}

/// How long a name is that is made of another text.
const MAX_MADE_NAME: usize = 32;

/// Whether a word has a meaning of its own in the language, so that it names nothing.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// A name of the language that says what a text says: `Alter (Jahre)` is `alter_jahre`. A text that is a name stays.
pub fn name_like(text: &str) -> String {
    let is_name_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_name = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(is_name_letter)
        && !is_reserved(text);
    if is_name {
        return text.to_owned();
    }
    let plain: String = text
        .chars()
        .map(|letter| match without_accent(letter) {
            Some(plain) => plain.to_owned(),
            None => letter.to_string(),
        })
        .collect();
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = String::new();
    for word in words {
        if name.len() + word.len() >= MAX_MADE_NAME && !name.is_empty() {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.extend(word.chars().take(MAX_MADE_NAME).map(|letter| letter.to_ascii_lowercase()));
    }
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name.insert_str(0, if name.is_empty() { "x" } else { "n_" });
    }
    if is_reserved(&name) {
        name.push_str("_value");
    }
    name
}

/// The ASCII letter that a Cyrillic or Greek letter looks like.
pub(super) fn look_alike(letter: char) -> Option<char> {
    const FOREIGN: &str = "аеосрхуіјѕһԁАВЕКМНОРСТХІЈЅοανρικΑΒΕΗΙΚΜΝΟΡΤΧΥΖ";
    const PLAIN: &str = "aeocpxyijshdABEKMHOPCTXIJSoavpikABEHIKMNOPTXYZ";
    FOREIGN.chars().position(|foreign| foreign == letter).and_then(|at| PLAIN.chars().nth(at))
}

/// A letter with an accent, without it; German letters as two, as Germans do.
fn without_accent(letter: char) -> Option<&'static str> {
    const LETTERS: [(&str, &str); 22] = [
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("Ä", "Ae"),
        ("Ö", "Oe"),
        ("Ü", "Ue"),
        ("ß", "ss"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ø", "oe"),
        ("àáâãå", "a"),
        ("ç", "c"),
        ("èéêë", "e"),
        ("ìíîï", "i"),
        ("ñ", "n"),
        ("òóôõ", "o"),
        ("ùúû", "u"),
        ("ýÿ", "y"),
        ("š", "s"),
        ("ž", "z"),
        ("č", "c"),
        ("ł", "l"),
    ];
    LETTERS.iter().find(|(letters, _)| letters.contains(letter)).map(|(_, plain)| *plain)
}

/// The ASCII sign that a sign stands for; a blank for the blanks that are none.
pub(super) fn plain_sign(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{2212}' | '\u{2010}'..='\u{2015}' | '\u{FE63}' | '\u{FF0D}' => "-",
        '\u{A0}'
        | '\u{AD}'
        | '\u{2000}'..='\u{200F}'
        | '\u{2028}'..='\u{202F}'
        | '\u{205F}'..='\u{2064}'
        | '\u{3000}'
        | '\u{FEFF}'
        | '\u{85}' => " ",
        '≥' | '⩾' => ">=",
        '≤' | '⩽' => "<=",
        '≠' => "!=",
        '×' | '·' | '⋅' | '∙' => "*",
        '÷' | '∕' | '⁄' => "/",
        '＋' => "+",
        '＝' => "=",
        '，' | '、' => ",",
        '（' => "(",
        '）' => ")",
        '：' => ":",
        '｜' => "|",
        '％' => "%",
        '’' | '‘' => "'",
        '“' | '”' | '„' => "\"",
        _ => return None,
    })
}
