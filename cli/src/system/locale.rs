//! The language of this computer, as far as spreadsheets follow it.

/// Languages whose numbers have a decimal comma (Unicode CLDR).
const DECIMAL_COMMA: [&str; 34] = [
    "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id",
    "is", "it", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr",
    "sv", "uk",
];

/// The countries of such languages that write a point all the same.
const DECIMAL_POINT: [&str; 14] = [
    "de_CH", "de_LI", "it_CH", "es_MX", "es_US", "es_PR", "es_GT", "es_HN", "es_NI", "es_PA",
    "es_PE", "es_SV", "es_DO", "es_419",
];

/// Has the language that the environment names a decimal comma? No language is a point.
pub(crate) fn has_decimal_comma() -> bool {
    let named =
        ["LC_ALL", "LC_NUMERIC", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
    let first = named.iter().find(|value| !value.is_empty());
    first.is_some_and(|locale| writes_comma(locale))
}

/// "de_AT.UTF-8" does, "de_CH" and "C" do not.
fn writes_comma(locale: &str) -> bool {
    let bare = locale.split(['.', '@']).next().unwrap_or_default();
    let bare = bare.replace('-', "_");
    let language = bare.split('_').next().unwrap_or_default();
    DECIMAL_COMMA.contains(&language) && !DECIMAL_POINT.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_and_the_country_decide() {
        let check = |locale, comma| assert_eq!(writes_comma(locale), comma, "{locale}");
        check("de_DE.UTF-8", true);
        check("de_CH.UTF-8", false);
        check("es_ES", true);
        check("es_MX", false);
        check("fr", true);
        check("nb-NO", true);
        check("en_GB.UTF-8", false);
        check("ja_JP.eucJP@x", false);
        check("C.UTF-8", false);
        check("POSIX", false);
        check("", false);
    }
}
