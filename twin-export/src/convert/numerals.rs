//! Numbers as lists and headings count: letters, Roman numerals, the numerals of other scripts. Formats have the names
//! that Word gives them (ECMA-376 part 1, 17.18.59).

/// A number in a format; `None` where the format shows nothing.
pub(crate) fn written(format: &str, number: u64) -> Option<String> {
    let letters = |alphabet: &str| repeated(alphabet, number);
    let digits = |forms: &str| with_digits(&number.to_string(), forms);
    Some(match format {
        "none" | "bullet" => return None,
        "decimalZero" => format!("{number:02}"),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperLetter" => letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "lowerLetter" => letters("abcdefghijklmnopqrstuvwxyz"),
        "ordinal" => format!("{number}{}", ordinal_ending(number)),
        "cardinalText" => capital(&words(number)),
        "ordinalText" => capital(&ordinal_words(number)),
        "hex" => format!("{number:X}"),
        "chicago" => letters("*†‡§"),
        "numberInDash" => format!("- {number} -"),
        "decimalFullWidth" | "decimalFullWidth2" => digits("０１２３４５６７８９"),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => enclosed(number, 0x2460, 20),
        "decimalEnclosedParen" => enclosed(number, 0x2474, 20),
        "decimalEnclosedFullstop" => enclosed(number, 0x2488, 20),
        "ideographEnclosedCircle" => enclosed(number, 0x3280, 10),
        "ideographDigital" | "taiwaneseDigital" | "japaneseDigitalTenThousand" | "koreanDigital2" => {
            digits("〇一二三四五六七八九")
        }
        "koreanDigital" => digits("영일이삼사오육칠팔구"),
        "chineseCounting" | "chineseCountingThousand" | "taiwaneseCounting" | "taiwaneseCountingThousand" => {
            chinese(number)
        }
        "japaneseCounting" => chinese(number).replace("一百", "百").replace("一千", "千").replace('零', ""),
        "chineseLegalSimplified" => chinese_formal(number),
        "ideographLegalTraditional" => {
            counted(number, "零壹貳參肆伍陸柒捌玖", ["拾", "佰", "仟", "萬"], false)
        }
        "japaneseLegal" => counted(number, "〇壱弐参四伍六七八九", ["拾", "百", "阡", "萬"], false),
        "koreanCounting" => counted(number, "영일이삼사오육칠팔구", ["십", "백", "천", "만"], true),
        "koreanLegal" => korean_native(number),
        "ideographTraditional" => letters("甲乙丙丁戊己庚辛壬癸"),
        "ideographZodiac" => letters("子丑寅卯辰巳午未申酉戌亥"),
        "ideographZodiacTraditional" => sexagenary(number),
        "aiueo" => letters("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"),
        "aiueoFullWidth" => letters(
            "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
        ),
        "iroha" => letters("ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ"),
        "irohaFullWidth" => letters(
            "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
        ),
        "ganada" => letters("가나다라마바사아자차카타파하"),
        "chosung" => letters("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
        "russianLower" => letters("абвгдежзиклмнопрстуфхцчшщыэюя"),
        "russianUpper" => letters("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
        "hebrew1" => hebrew(number),
        "hebrew2" => letters("אבגדהוזחטיכלמנסעפצקרשת"),
        "arabicAlpha" => letters("أبتثجحخدذرزسشصضطظعغفقكلمنهوي"),
        "arabicAbjad" => letters("أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"),
        "hindiVowels" => letters("कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह"),
        "hindiConsonants" => letters("अआइईउऊऋऌऍऎएऐऑऒओऔ"),
        "hindiNumbers" | "hindiCounting" => digits("०१२३४५६७८९"),
        "thaiLetters" => letters("กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"),
        "thaiNumbers" | "thaiCounting" => digits("๐๑๒๓๔๕๖๗๘๙"),
        _ => number.to_string(),
    })
}

/// A format of one's own, given by its first numbers: `001, 002, 003, ...`.
pub(crate) fn custom(format: &str, number: u64) -> String {
    let first = format.split(',').next().unwrap_or_default().trim();
    let width = first.bytes().take_while(u8::is_ascii_digit).count().min(12);
    format!("{number:0width$}")
}

/// Letters, doubled once they are used up: `z`, `aa`, `bb`.
fn repeated(alphabet: &str, number: u64) -> String {
    let len = alphabet.chars().count() as u64;
    let Some(index) = number.checked_sub(1) else { return number.to_string() };
    let times = usize::try_from(index / len + 1).unwrap_or(usize::MAX);
    let letter = alphabet.chars().nth(usize::try_from(index % len).unwrap_or(0));
    match letter {
        // What nobody would count as letters any more is told as a number.
        Some(letter) if times <= 20 => std::iter::repeat_n(letter, times).collect(),
        _ => number.to_string(),
    }
}

fn roman(number: u64) -> String {
    const SIGNS: [(u64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..=30_000).contains(&number) {
        return number.to_string();
    }
    let mut left = number;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while left >= value {
            out.push_str(sign);
            left -= value;
        }
    }
    out
}

fn enclosed(number: u64, first: u32, most: u64) -> String {
    let code = match number {
        n if (1..=most).contains(&n) => Some(first + n as u32 - 1),
        n if first == 0x2460 && (21..=35).contains(&n) => Some(0x3251 + n as u32 - 21),
        n if first == 0x2460 && (36..=50).contains(&n) => Some(0x32B1 + n as u32 - 36),
        _ => None,
    };
    code.and_then(char::from_u32).map_or_else(|| number.to_string(), |sign| sign.to_string())
}

/// Digits in another script, given from zero to nine.
pub(crate) fn with_digits(number: &str, forms: &str) -> String {
    let form = |c: char| c.to_digit(10).and_then(|digit| forms.chars().nth(digit as usize)).unwrap_or(c);
    number.chars().map(form).collect()
}

/// `十二`, `一百零三`
pub(crate) fn chinese(number: u64) -> String {
    counted(number, "零一二三四五六七八九", ["十", "百", "千", "万"], true)
}

/// `壹拾贰`
pub(crate) fn chinese_formal(number: u64) -> String {
    counted(number, "零壹贰叁肆伍陆柒捌玖", ["拾", "佰", "仟", "万"], false)
}

/// Counts with names for ten, hundred, thousand and ten thousand; `short` leaves the one before a leading ten away.
fn counted(number: u64, digits: &str, units: [&str; 4], short: bool) -> String {
    let digit = |value: u64| digits.chars().nth(value as usize % 10).unwrap_or_default();
    if number >= 100_000_000 {
        return with_digits(&number.to_string(), digits);
    }
    if number >= 10_000 {
        let (high, low) = (number / 10_000, number % 10_000);
        let gap = if low > 0 && low < 1_000 { digit(0).to_string() } else { String::new() };
        let low = if low > 0 { counted(low, digits, units, false) } else { String::new() };
        return format!("{}{}{gap}{low}", counted(high, digits, units, short), units[3]);
    }
    if number < 10 {
        return digit(number).to_string();
    }
    let mut out = String::new();
    let mut gap = false;
    for (place, unit) in [(1_000, units[2]), (100, units[1]), (10, units[0]), (1, "")] {
        let value = number / place % 10;
        if value == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(digit(0));
        }
        if !(short && place == 10 && value == 1 && out.is_empty()) {
            out.push(digit(value));
        }
        out.push_str(unit);
    }
    out
}

fn korean_native(number: u64) -> String {
    let ones = ["", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"];
    let tens = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];
    match usize::try_from(number) {
        Ok(number @ 1..100) => format!("{}{}", tens[number / 10], ones[number % 10]),
        _ => number.to_string(),
    }
}

fn sexagenary(number: u64) -> String {
    let Some(index) = number.checked_sub(1) else { return number.to_string() };
    let sign = |signs: &str, count: u64| signs.chars().nth((index % count) as usize).unwrap_or_default();
    [sign("甲乙丙丁戊己庚辛壬癸", 10), sign("子丑寅卯辰巳午未申酉戌亥", 12)].iter().collect()
}

fn hebrew(number: u64) -> String {
    if !(1..500).contains(&number) {
        return number.to_string();
    }
    let number = number as usize;
    let pick = |letters: &str, at: usize| at.checked_sub(1).and_then(|at| letters.chars().nth(at));
    let mut out: String = pick("קרשת", number / 100).into_iter().collect();
    match number % 100 {
        // Written so that they do not spell the name of God.
        15 => out.push_str("טו"),
        16 => out.push_str("טז"),
        rest => {
            out.extend(pick("יכלמנסעפצ", rest / 10));
            out.extend(pick("אבגדהוזחט", rest % 10));
        }
    }
    out
}

fn ordinal_ending(number: u64) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn words(number: u64) -> String {
    match number {
        0..20 => ONES[number as usize].to_owned(),
        20..100 if number.is_multiple_of(10) => TENS[number as usize / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[number as usize / 10], ONES[number as usize % 10]),
        100..1000 if number.is_multiple_of(100) => format!("{} hundred", ONES[number as usize / 100]),
        100..1000 => format!("{} hundred {}", ONES[number as usize / 100], words(number % 100)),
        _ => number.to_string(),
    }
}

fn ordinal_words(number: u64) -> String {
    let cardinal = words(number);
    let (before, last) = match cardinal.rfind([' ', '-']) {
        Some(at) => cardinal.split_at(at + 1),
        None => ("", cardinal.as_str()),
    };
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        last if last.ends_with('y') => format!("{}ieth", &last[..last.len() - 1]),
        last => {
            format!("{last}{}", if last.ends_with(char::is_numeric) { ordinal_ending(number) } else { "th" })
        }
    };
    format!("{before}{last}")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_counts_in_its_own_way() {
        for (format, number, expected) in [
            ("decimal", 7, "7"),
            ("decimalZero", 7, "07"),
            ("upperRoman", 1994, "MCMXCIV"),
            ("lowerRoman", 4, "iv"),
            ("lowerLetter", 28, "bb"),
            ("upperLetter", 26, "Z"),
            ("ordinal", 22, "22nd"),
            ("ordinal", 113, "113th"),
            ("cardinalText", 42, "Forty-two"),
            ("ordinalText", 21, "Twenty-first"),
            ("ordinalText", 12, "Twelfth"),
            ("chicago", 6, "††"),
            ("decimalEnclosedCircle", 21, "㉑"),
            ("chineseCounting", 12, "十二"),
            ("chineseCountingThousand", 103, "一百零三"),
            ("japaneseCounting", 123, "百二十三"),
            ("chineseLegalSimplified", 12, "壹拾贰"),
            ("ideographTraditional", 3, "丙"),
            ("ideographDigital", 10, "一〇"),
            ("ganada", 2, "나"),
            ("koreanLegal", 21, "스물하나"),
            ("hebrew1", 15, "טו"),
            ("russianLower", 3, "в"),
            ("thaiNumbers", 12, "๑๒"),
            ("aiueoFullWidth", 5, "オ"),
        ] {
            assert_eq!(written(format, number).as_deref(), Some(expected), "{format} of {number}");
        }
        assert_eq!(written("none", 1), None);
        assert_eq!(custom("001, 002, 003, ...", 7), "007");
        assert_eq!(chinese(20_305), "二万零三百零五");
    }

    proptest::proptest! {
        #[test]
        fn no_number_is_too_large(number: u64) {
            for format in ["upperRoman", "lowerLetter", "ordinalText", "chineseCounting", "hebrew1", "ideographZodiacTraditional"] {
                proptest::prop_assert!(written(format, number).unwrap().len() < 200);
            }
        }
    }
}
