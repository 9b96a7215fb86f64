//! A format code as sections of tokens.

use super::locale::{Language, Numerals};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Literal(String),
    /// The place of a digit: `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// `E+`, which shows the sign always, or `E-`.
    Exponent(bool),
    /// The stroke of a fraction, and its denominator where that is given.
    Over(Option<u32>),
    General,
    /// Where a text goes.
    Text,
    Date(Field, usize),
}

/// A part of a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    /// In the Buddhist calendar.
    BuddhistYear,
    Era,
    EraYear,
    Month,
    Day,
    Weekday,
    Hour,
    Minute,
    Second,
    /// Digits behind the seconds.
    Fraction,
    Hours,
    Minutes,
    Seconds,
    /// `AM/PM`, or `A/P` where the length is 1.
    HalfDay,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) tokens: Vec<Token>,
    pub(super) condition: Option<Condition>,
    pub(super) has_colour: bool,
    pub(super) language: Language,
    pub(super) numerals: Numerals,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Condition {
    sign: Sign,
    than: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Less,
    LessOrSame,
    Same,
    Other,
    MoreOrSame,
    More,
}

impl Condition {
    pub(super) fn holds(self, value: f64) -> bool {
        match self.sign {
            Sign::Less => value < self.than,
            Sign::LessOrSame => value <= self.than,
            Sign::Same => value == self.than,
            Sign::Other => value != self.than,
            Sign::MoreOrSame => value >= self.than,
            Sign::More => value > self.than,
        }
    }

    /// Whether it holds for negative numbers alone.
    pub(super) fn is_below_zero(self) -> bool {
        match self.sign {
            Sign::Less => self.than <= 0.0,
            Sign::LessOrSame | Sign::Same => self.than < 0.0,
            _ => false,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let signs = [
            ("<=", Sign::LessOrSame),
            (">=", Sign::MoreOrSame),
            ("<>", Sign::Other),
            ("<", Sign::Less),
            (">", Sign::More),
            ("=", Sign::Same),
        ];
        let (rest, sign) =
            signs.into_iter().find_map(|(prefix, sign)| Some((text.strip_prefix(prefix)?, sign)))?;
        Some(Self { sign, than: rest.trim().parse().ok()? })
    }
}

impl Section {
    pub(super) fn is_date(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Date(..)))
    }

    pub(super) fn has_digits(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Digit(_)))
    }

    /// What it shows around its digits.
    pub(super) fn words(&self) -> String {
        let shown = self.literal(|token| matches!(token, Token::Point | Token::Comma).then(String::new));
        shown.split_whitespace().collect()
    }

    /// The tokens that stand for themselves, and what `shown` makes of others.
    pub(super) fn literal(&self, shown: impl Fn(&Token) -> Option<String>) -> String {
        self.tokens.iter().map(|token| shown(token).unwrap_or_else(|| itself(token))).collect()
    }
}

/// What a token is where it has no meaning.
pub(super) fn itself(token: &Token) -> String {
    match token {
        Token::Literal(text) => text.clone(),
        Token::Percent => "%".to_owned(),
        Token::Point => ".".to_owned(),
        Token::Comma => ",".to_owned(),
        Token::Over(given) => format!("/{}", given.map(|given| given.to_string()).unwrap_or_default()),
        _ => String::new(),
    }
}

/// The names of colours; further ones have numbers.
const COLOURS: [&str; 9] = ["black", "blue", "cyan", "color", "green", "magenta", "red", "white", "yellow"];

/// More sections than this mean nothing.
const MOST_SECTIONS: usize = 4;
/// No code is longer; what claims to be is damaged.
const MOST_SIGNS: usize = 1_000;

pub(super) fn sections(code: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let signs: Vec<char> = code.chars().take(MOST_SIGNS).collect();
    let mut at = 0;
    while at < signs.len() {
        if signs[at] == ';' {
            if sections.len() == MOST_SECTIONS {
                break;
            }
            sections.push(Section::default());
            at += 1;
        } else if let Some(section) = sections.last_mut() {
            at += section.take(&signs[at..]).max(1);
        }
    }
    sections.iter_mut().for_each(Section::settle);
    sections
}

impl Section {
    /// Takes the next token; gives the number of its signs.
    fn take(&mut self, signs: &[char]) -> usize {
        let sign = signs[0];
        match sign {
            '"' => {
                let text: String = signs[1..].iter().take_while(|&&c| c != '"').collect();
                let len = text.chars().count() + 2;
                self.push_literal(&text);
                len
            }
            '\\' => {
                self.push_literal(&signs.get(1).map(char::to_string).unwrap_or_default());
                2
            }
            // As wide as the next sign, and filled with it.
            '_' => {
                self.push_literal(" ");
                2
            }
            '*' => 2,
            '[' => {
                let inner: String = signs[1..].iter().take_while(|&&c| c != ']').collect();
                self.bracket(&inner);
                inner.chars().count() + 2
            }
            '0' | '#' | '?' => self.push(Token::Digit(sign), 1),
            '.' => {
                let zeros = signs[1..].iter().take_while(|&&c| c == '0').count();
                let behind_seconds = self.tokens.iter().rev().find_map(|token| match token {
                    Token::Date(field, _) => Some(matches!(field, Field::Second | Field::Seconds)),
                    _ => None,
                });
                if zeros > 0 && behind_seconds == Some(true) {
                    self.push(Token::Date(Field::Fraction, zeros.min(3)), zeros + 1)
                } else {
                    self.push(Token::Point, 1)
                }
            }
            ',' => self.push(Token::Comma, 1),
            '%' => self.push(Token::Percent, 1),
            '@' => self.push(Token::Text, 1),
            '/' => {
                let given: String = signs[1..].iter().take_while(|c| c.is_ascii_digit()).take(6).collect();
                let number = given.parse().ok().filter(|_| !given.starts_with('0'));
                let len = if number.is_some() { given.len() } else { 0 };
                self.push(Token::Over(number), 1 + len)
            }
            _ => self.letters(signs),
        }
    }

    fn letters(&mut self, signs: &[char]) -> usize {
        let starts = |word: &str| {
            let mut others = signs.iter();
            word.chars().all(|c| others.next().is_some_and(|other| other.eq_ignore_ascii_case(&c)))
        };
        if starts("General") {
            return self.push(Token::General, 7);
        }
        if starts("AM/PM") {
            return self.push(Token::Date(Field::HalfDay, 2), 5);
        }
        if starts("A/P") {
            return self.push(Token::Date(Field::HalfDay, 1), 3);
        }
        let sign = signs[0].to_ascii_lowercase();
        if sign == 'e' && self.has_digits() && matches!(signs.get(1), Some('+' | '-')) {
            return self.push(Token::Exponent(signs[1] == '+'), 2);
        }
        // Which calendar a date is in: the Gregorian one, or that of the Hijra.
        if sign == 'b' && matches!(signs.get(1), Some('1' | '2')) {
            return 2;
        }
        let len = signs.iter().take_while(|other| other.eq_ignore_ascii_case(&sign)).count();
        let field = match sign {
            'y' => Field::Year,
            'm' => Field::Month,
            'd' if len > 2 => Field::Weekday,
            'd' => Field::Day,
            'a' if len > 2 => Field::Weekday,
            'h' => Field::Hour,
            's' => Field::Second,
            'e' => Field::EraYear,
            'g' => Field::Era,
            'b' => Field::BuddhistYear,
            _ => {
                self.push_literal(&signs[0].to_string());
                return 1;
            }
        };
        self.push(Token::Date(field, len), len)
    }

    fn bracket(&mut self, inner: &str) {
        let lower = inner.to_ascii_lowercase();
        let elapsed = [('h', Field::Hours), ('m', Field::Minutes), ('s', Field::Seconds)];
        let span =
            elapsed.into_iter().find(|(sign, _)| !lower.is_empty() && lower.chars().all(|c| c == *sign));
        if let Some((_, field)) = span {
            self.push(Token::Date(field, lower.len()), 0);
        } else if let Some(currency) = inner.strip_prefix('$') {
            let (symbol, place) = currency.split_once('-').unwrap_or((currency, ""));
            self.push_literal(symbol);
            self.language = Language::of(place);
        } else if let Some(condition) = Condition::parse(inner) {
            self.condition = Some(condition);
        } else if let Some(numerals) = Numerals::of(&lower) {
            self.numerals = numerals;
        } else {
            self.has_colour |=
                COLOURS.contains(&lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '));
        }
    }

    fn push(&mut self, token: Token, len: usize) -> usize {
        self.tokens.push(token);
        len
    }

    fn push_literal(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(Token::Literal(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.tokens.push(Token::Literal(text.to_owned())),
        }
    }

    /// Tells minutes from months, and what in a date only looks like a part of a number.
    fn settle(&mut self) {
        if !self.is_date() {
            return;
        }
        let fields: Vec<(usize, Field)> = self
            .tokens
            .iter()
            .enumerate()
            .filter_map(|(at, token)| match token {
                Token::Date(field, _) if *field != Field::HalfDay => Some((at, *field)),
                _ => None,
            })
            .collect();
        for (place, &(at, field)) in fields.iter().enumerate() {
            let before = place.checked_sub(1).map(|before| fields[before].1);
            let after = fields.get(place + 1).map(|(_, field)| *field);
            let in_time = matches!(before, Some(Field::Hour | Field::Hours))
                || matches!(after, Some(Field::Second | Field::Seconds));
            if let (Field::Month, Token::Date(field, 1 | 2), true) = (field, &mut self.tokens[at], in_time) {
                *field = Field::Minute;
            }
        }
        for token in &mut self.tokens {
            if !matches!(token, Token::Date(..) | Token::Literal(_)) {
                let text = match &*token {
                    Token::Digit(sign) => sign.to_string(),
                    other => itself(other),
                };
                *token = Token::Literal(text);
            }
        }
    }
}
