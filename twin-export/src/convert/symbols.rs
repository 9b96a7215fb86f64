//! The characters of symbol fonts, whose codes mean pictures instead of letters.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// What a font shows for a code, where it is one of the symbol fonts; codes of the private area are those from 0x20 on.
pub(super) fn symbol(font: &str, code: u32) -> Option<char> {
    let font = Font::of(font)?;
    let code = if (0xF000..=0xF0FF).contains(&code) { code - 0xF000 } else { code };
    font.character(usize::try_from(code.checked_sub(0x20)?).ok()?)
}

/// A text in a font: where that is a symbol font, the characters it shows, for plain letters as well.
pub(super) fn shown<'a>(font: &str, text: &'a str) -> Cow<'a, str> {
    mapped(font, text, |c| is_private(c) || is_letter(c))
}

/// A text beside which a font is named for symbols alone: its other characters are in another font.
pub(super) fn with_symbols<'a>(font: &str, text: &'a str) -> Cow<'a, str> {
    mapped(font, text, is_private)
}

fn mapped<'a>(font: &str, text: &'a str, is_symbol: impl Fn(char) -> bool) -> Cow<'a, str> {
    if !text.contains(&is_symbol) || Font::of(font).is_none() {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|c| if is_symbol(c) { symbol(font, u32::from(c)).unwrap_or(c) } else { c })
        .collect::<String>()
        .into()
}

/// A text typed in a font: where that is a symbol font, the characters that it shows for the letters, too.
pub(super) fn typed<'a>(font: &str, text: &'a str) -> Cow<'a, str> {
    let Some(font) = Font::of(font) else { return Cow::Borrowed(text) };
    let shown = |letter: char| {
        if letter.is_whitespace() {
            return letter;
        }
        let mut utf8 = [0; 4];
        let (byte, _, is_foreign) = WINDOWS_1252.encode(letter.encode_utf8(&mut utf8));
        let code = if is_private(letter) {
            Some(u32::from(letter) - 0xF000)
        } else {
            byte.first().filter(|_| !is_foreign).map(|&byte| u32::from(byte))
        };
        let at = code.and_then(|code| usize::try_from(code.checked_sub(0x20)?).ok());
        at.and_then(|at| font.character(at)).unwrap_or(letter)
    };
    text.chars().map(shown).collect::<String>().into()
}

/// Whether a font has symbols in place of letters.
pub(super) fn is_symbol_font(name: &str) -> bool {
    Font::of(name).is_some()
}

/// What a symbol font shows as something else; a fixed blank and a soft hyphen mean the same in all fonts.
fn is_letter(character: char) -> bool {
    ('\u{21}'..='\u{FF}').contains(&character) && !matches!(character, '\u{7F}'..='\u{A0}' | '\u{AD}')
}

/// Where symbol fonts keep their characters.
pub(super) fn is_private(character: char) -> bool {
    ('\u{F000}'..='\u{F0FF}').contains(&character)
}

#[derive(Debug, Clone, Copy)]
enum Font {
    Table(&'static str),
    Dingbats,
}

impl Font {
    fn of(name: &str) -> Option<Self> {
        let name: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        Some(match name.as_str() {
            "symbol" | "symbolmt" | "standardsymbols" | "standardsymbolsl" | "standardsymbolsps" => {
                Self::Table(SYMBOL)
            }
            "wingdings" | "wingdingsregular" => Self::Table(WINGDINGS),
            "wingdings2" => Self::Table(WINGDINGS_2),
            "wingdings3" => Self::Table(WINGDINGS_3),
            "webdings" => Self::Table(WEBDINGS),
            "zapfdingbats" | "itczapfdingbats" | "dingbats" | "monotypesorts" => Self::Dingbats,
            _ => return None,
        })
    }

    fn character(self, at: usize) -> Option<char> {
        match self {
            Self::Table(table) => table.chars().nth(at).filter(|&character| character != NONE),
            Self::Dingbats => dingbat(u32::try_from(at).ok()? + 0x20),
        }
    }
}

/// Adobe's dingbats stand in Unicode in their own order, those aside that it had before.
fn dingbat(code: u32) -> Option<char> {
    let known = [
        (0x25, '☎'),
        (0x2A, '☛'),
        (0x2B, '☞'),
        (0x48, '★'),
        (0x6C, '●'),
        (0x6E, '■'),
        (0x73, '▲'),
        (0x74, '▼'),
        (0x75, '◆'),
        (0x77, '◗'),
        (0xA8, '♣'),
        (0xA9, '♦'),
        (0xAA, '♥'),
        (0xAB, '♠'),
        (0xD5, '→'),
        (0xD6, '↔'),
        (0xD7, '↕'),
    ];
    if let Some((_, character)) = known.iter().find(|(one, _)| *one == code) {
        return Some(*character);
    }
    match code {
        0x20 => Some(' '),
        0x6F..=0x72 => Some('☐'),
        0x21..=0x7E => char::from_u32(0x2700 + code - 0x20),
        0xAC..=0xB5 => char::from_u32(0x2460 + code - 0xAC),
        0xA1..=0xFE => char::from_u32(0x2761 + code - 0xA1),
        _ => None,
    }
}

/// A code without a character.
const NONE: char = '\u{FFFD}';

// From code 0x20 on, 32 a line. Arrows, boxes and check marks that Unicode has twice are those that fonts have.
const SYMBOL: &str = "\
    \u{20}!∀#∃%&∍()*+,−./0123456789:;<=>?\
    ≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_\
    ‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}~�\
    ��������������������������������\
    €ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵\
    ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓\
    ◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭�";
const WINGDINGS: &str = "\
    \u{20}🖉✂✁👓🕭🕮🕯🕿✆🖂🖃📪📫📬📭🗀🗁🗎🗏🗐🗄⌛🖮🖰🖲🖳🖴🖫🖬✇✍\
    🖎✌🖏👍👎☜☞☝☟🖐☺😐☹💣🕱🏳🏱✈☼🌢❄🕆✞🕈✠✡☪☯🕉☸♈♉\
    ♊♋♌♍♎♏♐♑♒♓🙰🙵●🔾■☐☐☐☐🞟⧫◆❖⬩☒⮹⌘🏵🏶🙶🙷▯\
    🄋➀➁➂➃➄➅➆➇➈➉🄌➊➋➌➍➎➏➐➑➒➓🙢🙠🙡🙣🙞🙜🙝🙟∙•\
    ▪○○🞈🞊🞋🔿▪☐🟁🟅★🟋🟏🟓🟑⯐⌖⯎⯏⯑✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘\
    🕙🕚🕛⮰⮱⮲⮳⮴⮵⮶⮷🙪🙫🙕🙔🙗🙖🙐🙑🙒🙓⌫⌦⮘⮚⮙⮛⮈⮊⮉⮋←\
    →↑↓↖↗↙↘←→↑↓↖↗↙↘⇦⇨⇧⇩⬄⇳⬁⬀⬃⬂🢬🢭✗✓☒☑�";
const WINGDINGS_2: &str = "\
    \u{20}🖊🖋🖌🖍✄✀🕾🕽🗅🗆🗇🗈🗉🗊🗋🗌🗍📋🗑🗔🖵🖶🖷🖸🖭🖯🖱🖒🖓🖘🖙\
    🖚🖛👈👉🖜🖝🖞🖟🖠🖡👆👇🖢🖣🖑✗✓☒☑☒☒⮾⮿🛇⦸🙱🙴🙲🙳‽🙹🙺\
    🙻🙦🙤🙥🙧🙚🙘🙙🙛⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿�\
    ☉🌕☽☾⸿✝🕇🕜🕝🕞🕟🕠🕡🕢🕣🕤🕥🕦🕧🙨🙩⋅🞄⦁●○🞅🞇🞉⊙⦿🞌\
    🞍◾■☐🞑🞒🞓🞔▣🞕🞖🞗🞘⬩⬥◇🞚◈🞛🞜🞝🞞⬪⬧◊🞠◖◗⯊⯋⯀⯁\
    ⬟⯂⬣⬢⯃⯄🞡🞢🞣🞤🞥🞦🞧🞨🞩🞪🞫🞬🞭🞮🞯🞰🞱🞲🞳🞴🞵🞶🞷🞸🞹🞺\
    🞻🞼🞽🞾🞿🟀🟂🟄🟆🟉🟊✶🟌🟎🟐🟒✹🟃🟇✯🟍🟔⯌⯍※⁂������";
const WINGDINGS_3: &str = "\
    \u{20}←→↑↓↖↗↙↘⭰⭲⭱⭳⭶⭸⭻⭽↔↕⭪⭬⭫⭭⭍⮠⮡⮢⮣⮤⮥⮦⮧\
    ⮐⮑⮒⮓⮀⮃⭾⭿⮄⮆⮅⮇⮏⮍⮎⮌⭮⭯⎋⌤⌃⌥␣⍽⇪⮸🢠🢡🢢🢣🢤🢥\
    🢦🢧🢨🢩🢪🢫←→↑↓🡔🡕🡗🡖🡘🡙▲▼△▽◀▶◁▷◣◢◤◥🞀🞂🞁�\
    🞃⯅⯆⯇⯈⮜⮞⮝⮟🠐🠒🠑🠓🠔🠖🠕🠗🠘🠚🠙🠛🠜🠞🠝🠟🠀🠂🠁🠃🠄🠆🠅\
    🠇🠈🠊🠉🠋🠠🠢🠤🠦🠨🠪🠬🢜🢝🢞🢟🠮🠰🠲🠴🠶🠸🠺🠹🠻🢘🢚🢙🢛🠼🠾🠽\
    🠿🡀🡂🡁🡃🡄🡆🡅🡇⮨⮩⮪⮫⮬⮭⮮⮯←→↑↓🡤🡥🡧🡦←→↑↓🡴🡵🡷\
    🡶🢀🢂🢁🢃🢄🢅🢇🢆🢐🢒🢑🢓🢔🢖🢕🢗���������������";
const WEBDINGS: &str = "\
    \u{20}🕷🕸🕲🕶🏆🎖🖇🗨🗩🗰🗱🌶🎗🙾🙼🗕🗖🗗⏴⏵⏶⏷⏪⏩⏮⏭⏸⏹⏺🗚🗳\
    🛠🏗🏘🏙🏚🏜🏭🏛🏠🏖🏝🛣🔍🏔👁👂🏞🏕🛤🏟🛳🕬🕫🕨🔈🎔🎕🗬🙽🗭🗪🗫\
    ⮔✔🚲☐🛡📦🛱⬛🚑🛈🛩🛰🟈🕴⬤🛥🚔🗘🗙❓🛲🚇🚍⛳⦸⊖🚭🗮⏐🗯🗲�\
    🚹🚺🛉🛊🚼👽🏋⛷🏂🏌🏊🏄🏍🏎🚘🗠🛢💰🏷💳👪🗡🗢🗣✯🖄🖅🖃🖆🖹🖺🖻\
    🕵🕰🖽🖾📋🗒🗓🕮📚🗞🗟🗃🗂🖼🎭🎜🎘🎙🎧💿🎞📷🎟🎬📽📹📾📻🎚🎛📺💻\
    🖥🖦🖧🕹🎮🕻🕼📟🖁🖀🖨🖩🖿🖪🗜🔒🔓🗝📥📤🕳🌣🌤🌥🌦☁🌨🌧🌩🌪🌬🌫\
    🌜🌡🛋🛏🍽🍸🛎🛍Ⓟ♿🛆🖈🎓🗤🗥🗦🗧🛪🐿🐦🐟🐕🐈🙬🙮🙭🙯🗺🌍🌏🌎🕊";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbol_fonts_show_their_own_characters() {
        let text =
            |font, codes: &[u32]| codes.iter().filter_map(|&code| symbol(font, code)).collect::<String>();
        assert_eq!(text("Symbol", &[0xF061, 0xF0B0, 0xF0A3, 0xF0B4, 0x44, 0xF0A5]), "α°≤×Δ∞");
        assert_eq!(text("Wingdings", &[0xF0E0, 0xF0FC, 0xF0FE, 0xF0A8, 0xF04A]), "→✓☑☐☺");
        assert_eq!(text("Wingdings 2", &[0xF050, 0xF052, 0xF0A3]), "✓☑☐");
        assert_eq!(text("Wingdings 3", &[0xF023]), "↑");
        assert_eq!(text("Webdings", &[0xF0FC]), "🌍");
        assert_eq!(text("ZapfDingbats", &[0x33, 0xD5, 0xB6]), "✓→❶");
        assert_eq!(text("Arial", &[0x41]), "");
        assert_eq!(shown("Symbol", "a \u{F061} £7\u{A0}m"), "α α ≤7\u{A0}μ");
        assert_eq!(shown("Wingdings", "þ ¨ à ü"), "☑ ☐ → ✓");
        assert_eq!(with_symbols("Wingdings", "a \u{F0E0}"), "a →");
        assert_eq!(shown("Arial", "a \u{F061}"), "a \u{F061}");
        assert_eq!(typed("Symbol", "£ 3 m\u{F0B3}≤"), "≤ 3 μ≥≤");
        assert_eq!(typed("Wingdings", "þà"), "☑→");
        assert_eq!(typed("Arial", "£"), "£");
    }
}
