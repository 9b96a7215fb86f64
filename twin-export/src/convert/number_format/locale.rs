//! Names of months and days in the languages that format codes name, and numerals of other scripts.

use super::super::numerals;

/// A language by its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Language(&'static Names);

/// Twelve months and seven days from Sunday on; what is cut to three letters has no short form of its own.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    tag: &'static str,
    /// The low ten bits of Windows' number for it.
    id: u32,
    months: &'static str,
    short_months: &'static str,
    days: &'static str,
    short_days: &'static str,
}

impl Default for Language {
    fn default() -> Self {
        Self(&LANGUAGES[0])
    }
}

impl Language {
    /// By what stands behind the dash in `[$€-407]` or `[$-de-DE]`.
    pub(super) fn of(place: &str) -> Self {
        let tag = place.split(['-', ',']).next().unwrap_or_default().to_ascii_lowercase();
        let by_tag = LANGUAGES.iter().find(|names| names.tag == tag);
        // Higher bits name numerals and calendars; `F800` and `F400` the system's own long forms.
        let id = u32::from_str_radix(&tag, 16).ok().filter(|id| id & 0xF000 != 0xF000).map(|id| id & 0x3FF);
        let by_id = || LANGUAGES.iter().find(|names| Some(names.id) == id);
        by_tag.or_else(by_id).map_or_else(Self::default, Self)
    }

    pub(super) fn is_japanese(self) -> bool {
        self.0.tag == "ja"
    }

    pub(super) fn month(self, month: usize) -> &'static str {
        self.0.months.split(' ').nth(month).unwrap_or_default()
    }

    pub(super) fn short_month(self, month: usize) -> String {
        short(self.0.short_months, self.month(month), month)
    }

    pub(super) fn weekday(self, day: usize) -> &'static str {
        self.0.days.split(' ').nth(day).unwrap_or_default()
    }

    pub(super) fn short_weekday(self, day: usize) -> String {
        short(self.0.short_days, self.weekday(day), day)
    }
}

fn short(names: &str, full: &str, at: usize) -> String {
    match names.split(' ').nth(at) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => full.chars().take(3).collect(),
    }
}

/// In which digits a number is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Numerals {
    #[default]
    Plain,
    /// `十二`
    Chinese,
    /// `壹拾贰`
    ChineseFormal,
    /// `１２`
    FullWidth,
}

impl Numerals {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "dbnum1" | "natnum1" => Some(Self::Chinese),
            "dbnum2" | "natnum2" => Some(Self::ChineseFormal),
            "dbnum3" | "natnum3" => Some(Self::FullWidth),
            _ => None,
        }
    }

    /// A text with its digits so written; years are read digit by digit.
    pub(super) fn written(self, text: &str) -> String {
        if self == Self::Plain {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            out.push_str(&rest[..start]);
            let len = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
            let run = &rest[start..start + len];
            match (self, run.parse::<u64>()) {
                (Self::Chinese, Ok(number)) if len < 4 => out.push_str(&numerals::chinese(number)),
                (Self::ChineseFormal, Ok(number)) if len < 4 => {
                    out.push_str(&numerals::chinese_formal(number))
                }
                (Self::FullWidth, _) => out.push_str(&numerals::with_digits(run, "０１２３４５６７８９")),
                _ => out.push_str(&numerals::with_digits(run, "〇一二三四五六七八九")),
            }
            rest = &rest[start + len..];
        }
        out + rest
    }
}

macro_rules! languages {
    ($($tag:literal $id:literal: $months:literal, $short_months:literal, $days:literal, $short_days:literal;)+) => {
        static LANGUAGES: &[Names] = &[$(Names {
            tag: $tag,
            id: $id,
            months: $months,
            short_months: $short_months,
            days: $days,
            short_days: $short_days,
        }),+];
    };
}

languages! {
    "en" 0x09: "January February March April May June July August September October November December", "",
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday", "";
    "de" 0x07: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag", "So Mo Di Mi Do Fr Sa";
    "fr" 0x0C: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "dimanche lundi mardi mercredi jeudi vendredi samedi", "dim. lun. mar. mer. jeu. ven. sam.";
    "es" 0x0A: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", "",
        "domingo lunes martes miércoles jueves viernes sábado", "";
    "it" 0x10: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", "",
        "domenica lunedì martedì mercoledì giovedì venerdì sabato", "";
    "pt" 0x16: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "",
        "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado", "";
    "nl" 0x13: "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag", "zo ma di wo do vr za";
    "sv" 0x1D: "januari februari mars april maj juni juli augusti september oktober november december", "",
        "söndag måndag tisdag onsdag torsdag fredag lördag", "";
    "da" 0x06: "januar februar marts april maj juni juli august september oktober november december", "",
        "søndag mandag tirsdag onsdag torsdag fredag lørdag", "";
    "nb" 0x14: "januar februar mars april mai juni juli august september oktober november desember", "",
        "søndag mandag tirsdag onsdag torsdag fredag lørdag", "";
    "fi" 0x0B: "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
        "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
        "sunnuntai maanantai tiistai keskiviikko torstai perjantai lauantai", "su ma ti ke to pe la";
    "pl" 0x15: "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "niedziela poniedziałek wtorek środa czwartek piątek sobota", "niedz. pon. wt. śr. czw. pt. sob.";
    "cs" 0x05: "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
        "led úno bře dub kvě čvn čvc srp zář říj lis pro",
        "neděle pondělí úterý středa čtvrtek pátek sobota", "ne po út st čt pá so";
    "sk" 0x1B: "január február marec apríl máj jún júl august september október november december", "",
        "nedeľa pondelok utorok streda štvrtok piatok sobota", "ne po ut st št pi so";
    "hu" 0x0E: "január február március április május június július augusztus szeptember október november december",
        "jan. febr. márc. ápr. máj. jún. júl. aug. szept. okt. nov. dec.",
        "vasárnap hétfő kedd szerda csütörtök péntek szombat", "V H K Sze Cs P Szo";
    "ro" 0x18: "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie", "",
        "duminică luni marți miercuri joi vineri sâmbătă", "";
    "tr" 0x1F: "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        "Pazar Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi", "Paz Pzt Sal Çar Per Cum Cmt";
    "ru" 0x19: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "янв фев мар апр май июн июл авг сен окт ноя дек",
        "воскресенье понедельник вторник среда четверг пятница суббота", "Вс Пн Вт Ср Чт Пт Сб";
    "uk" 0x22: "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня", "",
        "неділя понеділок вівторок середа четвер п'ятниця субота", "Нд Пн Вт Ср Чт Пт Сб";
    "el" 0x08: "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου", "",
        "Κυριακή Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο", "";
    "ja" 0x11: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        "日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日", "日 月 火 水 木 金 土";
    "zh" 0x04: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        "星期日 星期一 星期二 星期三 星期四 星期五 星期六", "周日 周一 周二 周三 周四 周五 周六";
    "ko" 0x12: "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월", "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
        "일요일 월요일 화요일 수요일 목요일 금요일 토요일", "일 월 화 수 목 금 토";
}
