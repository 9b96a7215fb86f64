//! Numbers that are no dates: decimals, powers of ten, fractions.

use super::parse::{Section, Token, itself};

/// A number as decimal digits, of which fifteen count: so does a spreadsheet round.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    /// Without zeros at its start; empty for zero.
    digits: Vec<u8>,
    /// How many digits stand before the point; negative where zeros stand behind it.
    point: i32,
}

/// Whole numbers below are the same in a float as written.
pub(super) const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

impl Decimal {
    pub(super) fn of(value: f64) -> Self {
        // Whole numbers are known to the last digit: a card's number has sixteen.
        let is_exact = value.fract() == 0.0 && value.abs() < MOST_EXACT;
        let text = if is_exact { format!("{:e}", value.abs()) } else { format!("{:.14e}", value.abs()) };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits: Vec<u8> =
            mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let point = exponent.parse::<i32>().unwrap_or(0) + 1;
        Self { point: if digits.is_empty() { 0 } else { point }, digits }
    }

    fn shifted(mut self, places: i32) -> Self {
        if !self.digits.is_empty() {
            self.point += places;
        }
        self
    }

    /// The digits before the point, and as many as wanted behind it; the last one is rounded, halves up.
    fn rounded(&self, behind: usize) -> (Vec<u8>, Vec<u8>) {
        let keep = self.point + i32::try_from(behind).unwrap_or(i32::MAX / 2);
        let digit =
            |at: i32| usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        let start = self.point.min(0);
        let mut all: Vec<u8> = (start..keep.max(start)).map(digit).collect();
        let mut point = usize::try_from(self.point).unwrap_or(0);
        if keep >= start && digit(keep) >= 5 {
            let carried = all.iter_mut().rev().all(|one| {
                *one = if *one == 9 { 0 } else { *one + 1 };
                *one == 0
            });
            if carried {
                all.insert(0, 1);
                point += usize::from(all.len() > point + behind);
            }
        }
        all.resize(point + behind, 0);
        let fraction = all.split_off(point);
        let whole = all.into_iter().skip_while(|&digit| digit == 0).collect();
        (whole, fraction)
    }

    /// With a power of ten, as `1.5E+300`.
    pub(super) fn scientific(&self, is_negative: bool) -> String {
        let digit = |digit: &u8| char::from(b'0' + digit);
        let mut text = String::from(if is_negative { "-" } else { "" });
        text.extend(self.digits.first().map(digit));
        if self.digits.len() > 1 {
            text.push('.');
            text.extend(self.digits[1..].iter().map(digit));
        }
        text + &format!("E{:+}", self.point - 1)
    }
}

/// A number that is not negative, as the section says.
pub(super) fn written(section: &Section, value: f64) -> String {
    let tokens = &section.tokens;
    if tokens.iter().any(|token| matches!(token, Token::Over(_))) {
        return fraction(tokens, value).unwrap_or_else(|| section.literal(|_| None));
    }
    let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
    let point = tokens.iter().position(|token| *token == Token::Point);
    let exponent = tokens.iter().position(|token| matches!(token, Token::Exponent(_)));
    let whole_end = point.or(exponent).unwrap_or(tokens.len());
    let commas = Commas::of(tokens, whole_end);
    let places = i32::try_from(percents * 2).unwrap_or(0) - i32::try_from(commas.scales * 3).unwrap_or(0);
    let value = Decimal::of(value).shifted(places);
    let digits_in = |range: &[Token]| range.iter().filter(|token| matches!(token, Token::Digit(_))).count();
    let fraction_end = exponent.unwrap_or(tokens.len());
    let behind = point.map_or(0, |point| digits_in(&tokens[point.min(fraction_end)..fraction_end]));
    let before = digits_in(&tokens[..whole_end]);
    let (power, (whole, behind_point)) = match exponent {
        Some(_) => mantissa(&value, before, behind),
        None => (0, value.rounded(behind)),
    };
    let mut writer = Writer { out: String::new(), whole, fraction: behind_point, groups: commas.groups };
    writer.whole(&tokens[..whole_end], before);
    if let Some(point) = point.filter(|point| *point < fraction_end) {
        writer.behind(&tokens[point..fraction_end]);
    }
    if let Some(exponent) = exponent {
        writer.power(&tokens[exponent..], power);
    }
    writer.out
}

/// What the commas among the digits mean.
struct Commas {
    groups: bool,
    /// Behind the last digit: thousands that are left away.
    scales: usize,
}

impl Commas {
    fn of(tokens: &[Token], whole_end: usize) -> Self {
        let is_digit = |token: &Token| matches!(token, Token::Digit(_));
        let mut commas = Self { groups: false, scales: 0 };
        for (at, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Token::Comma) {
            if !tokens[..at].iter().any(is_digit) {
                continue;
            }
            if at < whole_end && tokens[at..whole_end].iter().any(is_digit) {
                commas.groups = true;
            } else {
                commas.scales += 1;
            }
        }
        commas
    }
}

/// A number as digits and the power of ten they are to be multiplied with.
fn mantissa(value: &Decimal, before: usize, behind: usize) -> (i32, (Vec<u8>, Vec<u8>)) {
    if value.digits.is_empty() {
        return (0, value.rounded(behind));
    }
    let step = i32::try_from(before).unwrap_or(1).max(1);
    let power = |shown: i32| if before == 0 { shown } else { (shown - 1).div_euclid(step) * step };
    let first = power(value.point);
    let (whole, fraction) = value.clone().shifted(-first).rounded(behind);
    let overflows = i32::try_from(whole.len()).unwrap_or(0) > step;
    if !overflows {
        return (first, (whole, fraction));
    }
    (first + step, value.clone().shifted(-first - step).rounded(behind))
}

struct Writer {
    out: String,
    whole: Vec<u8>,
    fraction: Vec<u8>,
    groups: bool,
}

impl Writer {
    /// The digits before the point, each in its place; those that have none stand before the first.
    fn whole(&mut self, tokens: &[Token], places: usize) {
        if places == 0 {
            tokens.iter().for_each(|token| self.literal(token));
            (0..self.whole.len()).rev().for_each(|place| self.digit(place, '#'));
            return;
        }
        let mut place = places;
        for token in tokens {
            match token {
                Token::Digit(sign) => {
                    if place == places {
                        (places..self.whole.len()).rev().for_each(|place| self.digit(place, '#'));
                    }
                    place -= 1;
                    self.digit(place, *sign);
                }
                other => self.literal(other),
            }
        }
    }

    /// One digit by its place, counted from the point.
    fn digit(&mut self, place: usize, sign: char) {
        let digit = self.whole.len().checked_sub(place + 1).map(|at| char::from(b'0' + self.whole[at]));
        match (digit, sign) {
            (None, '#') => return,
            (None, '?') => return self.out.push(' '),
            (digit, _) => self.out.push(digit.unwrap_or('0')),
        }
        if self.groups && place > 0 && place.is_multiple_of(3) {
            self.out.push(',');
        }
    }

    fn behind(&mut self, tokens: &[Token]) {
        let signs: Vec<char> = tokens
            .iter()
            .filter_map(|token| if let Token::Digit(sign) = token { Some(*sign) } else { None })
            .collect();
        let shown = (0..signs.len()).rev().find(|&at| signs[at] == '0' || self.fraction.get(at) != Some(&0));
        let mut at = 0;
        for token in tokens {
            match token {
                Token::Point => self.out.push('.'),
                Token::Digit(sign) => {
                    match self.fraction.get(at) {
                        Some(digit) if shown.is_some_and(|shown| at <= shown) => {
                            self.out.push(char::from(b'0' + digit));
                        }
                        _ if *sign == '?' => self.out.push(' '),
                        _ => {}
                    }
                    at += 1;
                }
                other => self.literal(other),
            }
        }
    }

    fn power(&mut self, tokens: &[Token], power: i32) {
        let width = tokens.iter().filter(|token| **token == Token::Digit('0')).count();
        let mut is_written = false;
        for token in tokens {
            match token {
                Token::Exponent(shows_plus) => {
                    self.out.push('E');
                    match (power < 0, shows_plus) {
                        (true, _) => self.out.push('-'),
                        (false, true) => self.out.push('+'),
                        (false, false) => {}
                    }
                }
                Token::Digit(_) if !std::mem::replace(&mut is_written, true) => {
                    self.out.push_str(&format!("{:0width$}", power.unsigned_abs()));
                }
                Token::Digit(_) => {}
                other => self.literal(other),
            }
        }
    }

    /// Commas have done their work already.
    fn literal(&mut self, token: &Token) {
        if *token != Token::Comma {
            self.out.push_str(&itself(token));
        }
    }
}

/// A number as a whole and a fraction, as `5 3/10`.
fn fraction(tokens: &[Token], value: f64) -> Option<String> {
    let over = tokens.iter().position(|token| matches!(token, Token::Over(_)))?;
    let is_digit = |token: &Token| matches!(token, Token::Digit(_));
    let above = tokens[..over].iter().rposition(is_digit)?;
    let above_start = tokens[..above].iter().rposition(|token| !is_digit(token)).map_or(0, |at| at + 1);
    let whole_end = tokens[..above_start].iter().rposition(is_digit).map(|at| at + 1);
    let below_end = over + 1 + tokens[over + 1..].iter().take_while(|token| is_digit(token)).count();
    let Token::Over(given) = &tokens[over] else { return None };
    let (mut whole, rest) = match whole_end {
        Some(_) => (value.trunc(), value.fract()),
        None => (0.0, value),
    };
    let width = u32::try_from(below_end - over - 1).unwrap_or(1).clamp(1, 7);
    let (mut top, bottom) = match given {
        Some(given) => ((rest * f64::from(*given)).round(), f64::from(*given)),
        None => nearest(rest, f64::from(10_u32.pow(width) - 1)),
    };
    if whole_end.is_some() && top >= bottom {
        (whole, top) = (whole + 1.0, 0.0);
    }
    let literals = |range: &[Token]| range.iter().map(itself).collect::<String>();
    let mut out = String::new();
    if let Some(end) = whole_end {
        let start = tokens[..end].iter().position(is_digit).unwrap_or(end);
        out.push_str(&literals(&tokens[..start]));
        let shows_zero = tokens[start..end].contains(&Token::Digit('0'));
        if whole != 0.0 || top == 0.0 || shows_zero {
            out.push_str(&whole.to_string());
        }
        if top == 0.0 {
            return Some(out + &literals(&tokens[below_end..]));
        }
        out.push_str(&literals(&tokens[end..above_start]));
    } else {
        out.push_str(&literals(&tokens[..above_start]));
    }
    out.push_str(&format!("{top}/{bottom}"));
    Some(out + &literals(&tokens[below_end..]))
}

/// The fraction nearest to `value` with a denominator of at most `most`.
fn nearest(value: f64, most: f64) -> (f64, f64) {
    let (mut last, mut this) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = value;
    // A continued fraction; no float has more terms than bits.
    for _ in 0..64 {
        let term = rest.floor();
        let next = (term * this.0 + last.0, term * this.1 + last.1);
        if next.1 > most {
            // A part of the term may still fit.
            let part = ((most - last.1) / this.1).floor();
            let between = (part * this.0 + last.0, part * this.1 + last.1);
            let off = |fraction: (f64, f64)| (fraction.0 / fraction.1 - value).abs();
            return if this.1 == 0.0 || off(between) < off(this) { between } else { this };
        }
        (last, this) = (this, next);
        let left = rest - term;
        if left < 1e-9 {
            break;
        }
        rest = 1.0 / left;
    }
    this
}
