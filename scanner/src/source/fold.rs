//! Text of headers and cells in one spelling: lower case, without accents, kana composed, full-width
//! letters as ASCII. A Mac writes "ä" as "a" and a combining mark, a PC as one character; both are one word.

/// Latin letters with marks -> the letters without; German umlauts lose their dots like all others.
const LATIN: &[(&str, &str)] = &[
    ("àáâãäåāăą", "a"),
    ("çćĉċč", "c"),
    ("ďđð", "d"),
    ("èéêëēĕėęě", "e"),
    ("ĝğġģ", "g"),
    ("ìíîïĩīĭįı", "i"),
    ("ķ", "k"),
    ("ĺļľŀł", "l"),
    ("ñńņňŋ", "n"),
    ("òóôõöøōŏő", "o"),
    ("ŕŗř", "r"),
    ("śŝşš", "s"),
    ("ţťŧ", "t"),
    ("ùúûüũūŭůűų", "u"),
    ("ýÿ", "y"),
    ("źżž", "z"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ß", "ss"),
];

/// Voiced and half-voiced sound marks of Japanese, each as a combining and as a spacing character.
const VOICED: [char; 2] = ['\u{3099}', '\u{309b}'];
const HALF_VOICED: [char; 2] = ['\u{309a}', '\u{309c}'];

/// One spelling of a text; blanks around it go, what is between words stays.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.trim().chars().flat_map(char::to_lowercase) {
        add(&mut folded, character);
    }
    folded
}

fn add(folded: &mut String, character: char) {
    let full_width = matches!(character, '\u{ff01}'..='\u{ff5e}');
    match character {
        _ if full_width => {
            let ascii = char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character);
            folded.push(ascii.to_ascii_lowercase());
        }
        '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2009}' => folded.push(' '),
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
        _ if VOICED.contains(&character) => compose(folded, 1),
        _ if HALF_VOICED.contains(&character) => compose(folded, 2),
        _ => match without_mark(character) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(character),
        },
    }
}

fn without_mark(character: char) -> Option<&'static str> {
    let row = LATIN.iter().find(|(marked, _)| marked.contains(character));
    row.map(|(_, plain)| *plain)
}

/// The sound mark after a kana is the next character but `further - 1` of the code chart.
fn compose(folded: &mut String, further: u32) {
    let Some(kana) = folded.pop() else { return };
    let voiced = match kana {
        'ウ' => Some('ヴ'),
        'う' => Some('ゔ'),
        _ => char::from_u32(u32::from(kana) + further),
    };
    let is_kana = matches!(kana, '\u{3041}'..='\u{30fa}');
    folded.push(voiced.filter(|_| is_kana).unwrap_or(kana));
}

/// The words of a header: parted by anything that is no letter or digit, where a small letter or digit is
/// followed by a capital (`lastCheckIn`), and between Latin and East Asian letters (`OSバージョン`).
pub(crate) fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in header.chars() {
        // the names that Apple begins with a small letter are one word
        let after_i = words.last().is_some_and(|word| word == "i");
        let is_capital = character.is_uppercase()
            && !after_i
            && (before.is_lowercase() || before.is_ascii_digit());
        let both_letters = before.is_alphanumeric() && character.is_alphanumeric();
        let starts =
            is_capital || both_letters && is_east_asian(before) != is_east_asian(character);
        let is_mark = matches!(character, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}');
        if starts || !(character.is_alphanumeric() || is_mark) {
            words.push(String::new());
        }
        if character.is_alphanumeric() || is_mark {
            words
                .last_mut()
                .into_iter()
                .for_each(|word| word.push(character));
        }
        before = character;
    }
    let mut folded: Vec<String> = words.iter().map(|word| folded(word)).collect();
    folded.retain(|word| !word.is_empty());
    folded
}

fn is_east_asian(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(folded(text), want, "{text:?}");
    }

    #[test]
    fn one_spelling() {
        check(" Serial Number ", "serial number");
        check("Gerätename", "geratename");
        check("Gera\u{308}tename", "geratename");
        check("ÚLTIMA", "ultima");
        check("N\u{fa}mero de se\u{301}rie", "numero de serie");
        check("Straße", "strasse");
        check("ＯＳ　バージョン", "os バージョン");
        check("ハ\u{3099}ックアッフ\u{309a}", "バックアップ");
        check("は\u{3099}い", "ばい");
        check("\u{feff}Serial", "serial");
    }

    #[track_caller]
    fn parted(header: &str, want: &[&str]) {
        assert_eq!(words(header), want, "{header:?}");
    }

    #[test]
    fn words_of_headers() {
        parted("Last Check-in", &["last", "check", "in"]);
        parted("lastCheckInTime", &["last", "check", "in", "time"]);
        parted(
            "LAST_CLOUD_BACKUP_DATE",
            &["last", "cloud", "backup", "date"],
        );
        parted("IMEI2", &["imei2"]);
        parted("OSバージョン", &["os", "バージョン"]);
        parted(
            "最後のiCloudバックアップ",
            &["最後の", "icloud", "バックアップ"],
        );
        parted("Último contacto", &["ultimo", "contacto"]);
        parted("U\u{301}ltimo contacto", &["ultimo", "contacto"]);
        parted(" (t=yes,f=n)", &["t", "yes", "f", "n"]);
        parted("", &[]);
    }
}
