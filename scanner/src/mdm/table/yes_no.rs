//! Yes and no in the words of consoles and spreadsheets. A word that is in neither list is no answer:
//! a switch is never guessed.

use crate::source::fold::folded;

const YES: &[&str] = &[
    // English, numbers, databases
    "true",
    "t",
    "yes",
    "y",
    "1",
    "1.0",
    "1,0",
    "on",
    "enabled",
    "enable",
    "active",
    "activated",
    "allowed",
    "present",
    "set",
    "supervised",
    "managed",
    "checked",
    "✓",
    "✔",
    "☑",
    // German
    "ja",
    "j",
    "wahr",
    "ein",
    "an",
    "aktiv",
    "aktiviert",
    "eingeschaltet",
    "betreut",
    "vorhanden",
    // French
    "oui",
    "vrai",
    "active(e)",
    "activee",
    "supervise",
    "supervisee",
    // Spanish, Portuguese, Italian
    "si",
    "s",
    "verdadero",
    "verdadeiro",
    "vero",
    "sim",
    "activado",
    "activada",
    "activo",
    "activa",
    "habilitado",
    "habilitada",
    "encendido",
    "ativado",
    "ativada",
    "ativo",
    "ligado",
    "attivo",
    "attiva",
    "attivato",
    "attivata",
    "supervisado",
    "supervisionado",
    // Dutch, Nordic, Polish, Czech, Turkish, Russian
    "waar",
    "ingeschakeld",
    "actief",
    "aan",
    "sand",
    "sant",
    "sann",
    "aktiveret",
    "aktiverad",
    "aktivert",
    "tak",
    "prawda",
    "wlaczone",
    "wlaczony",
    "ano",
    "pravda",
    "evet",
    "dogru",
    "да",
    "истина",
    "включено",
    "вкл",
    // Japanese, Chinese, Korean
    "はい",
    "有効",
    "オン",
    "真",
    "あり",
    "是",
    "启用",
    "啟用",
    "已启用",
    "已啟用",
    "开启",
    "예",
    "네",
    "참",
    "사용",
    "활성",
    "켜짐",
];

const NO: &[&str] = &[
    "false",
    "f",
    "no",
    "n",
    "0",
    "0.0",
    "0,0",
    "off",
    "disabled",
    "disable",
    "inactive",
    "deactivated",
    "not enabled",
    "not active",
    "not activated",
    "not allowed",
    "not present",
    "not set",
    "not on",
    "unsupervised",
    "not supervised",
    "unmanaged",
    "not managed",
    "unchecked",
    "✗",
    "✘",
    "☐",
    "nein",
    "falsch",
    "aus",
    "inaktiv",
    "deaktiviert",
    "ausgeschaltet",
    "nicht aktiviert",
    "nicht aktiv",
    "nicht betreut",
    "nicht vorhanden",
    "non",
    "faux",
    "desactive",
    "desactive(e)",
    "desactivee",
    "inactif",
    "inactive(e)",
    "non active",
    "non supervise",
    "falso",
    "nao",
    "desactivado",
    "desactivada",
    "inactivo",
    "inactiva",
    "deshabilitado",
    "deshabilitada",
    "apagado",
    "no activado",
    "desativado",
    "desativada",
    "inativo",
    "desligado",
    "inattivo",
    "disattivato",
    "disattivata",
    "disattivo",
    "non attivo",
    "non attivato",
    "no supervisado",
    "nao supervisionado",
    "nee",
    "onwaar",
    "uitgeschakeld",
    "inactief",
    "uit",
    "nej",
    "nei",
    "falsk",
    "falskt",
    "usand",
    "usant",
    "inaktiveret",
    "inaktiverad",
    "deaktivert",
    "nie",
    "falsz",
    "wylaczone",
    "wylaczony",
    "ne",
    "nepravda",
    "hayir",
    "yanlis",
    "нет",
    "ложь",
    "выключено",
    "выкл",
    "いいえ",
    "無効",
    "オフ",
    "偽",
    "なし",
    "否",
    "禁用",
    "停用",
    "已禁用",
    "已停用",
    "关闭",
    "아니요",
    "아니오",
    "거짓",
    "사용 안 함",
    "비활성",
    "꺼짐",
];

/// Yes or no; `None` for any other word.
pub(super) fn read(text: &str) -> Option<bool> {
    let word = folded(text);
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    match (is_in(YES), is_in(NO)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_folded_and_means_one_thing() {
        for word in YES.iter().chain(NO) {
            assert_eq!(folded(word), *word);
        }
        assert!(YES.iter().all(|word| !NO.contains(word)));
    }

    #[track_caller]
    fn check(yes: &str, no: &str) {
        assert_eq!(
            (read(yes), read(no)),
            (Some(true), Some(false)),
            "{yes} {no}"
        );
    }

    #[test]
    fn words_of_consoles_and_spreadsheets() {
        for (yes, no) in [
            ("Y", "N"),
            ("t", "f"),
            ("1", "0"),
            ("1.0", "0.0"),
            ("WAHR", "FALSCH"),
            ("Vrai", "FAUX"),
            ("Verdadero", "Falso"),
            ("Sim", "Não"),
            ("Sim", "Na\u{303}o"),
            ("はい", "いいえ"),
            ("Aktiviert", "Deaktiviert"),
            ("Activé", "Désactivé"),
            ("On", "Off"),
            ("enabled", "Not Enabled"),
            ("Sí", "No"),
            ("有効", "無効"),
            ("Ein", "Aus"),
            ("Tak", "Nie"),
            ("да", "нет"),
        ] {
            check(yes, no);
        }
    }

    #[test]
    fn other_words_are_no_answer() {
        for word in [
            "",
            "maybe",
            "2",
            "-1",
            "Unknown",
            "n/a",
            "yes and no",
            "offline",
            "x",
        ] {
            assert_eq!(read(word), None, "{word}");
        }
    }
}
