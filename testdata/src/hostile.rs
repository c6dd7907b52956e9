//! Device names that attack what prints them: a spreadsheet, a browser, a terminal.

/// A name and what it attacks.
#[derive(Debug, Clone, Copy)]
pub struct Hostile {
    /// Short label for tests and folders.
    pub label: &'static str,
    /// The name as the device would report it.
    pub name: &'static str,
}

/// Names that a report must carry without harm.
pub const NAMES: &[Hostile] = &[
    Hostile {
        label: "newline",
        name: "Front desk\r\n2nd line\tand a tab",
    },
    Hostile {
        label: "formula",
        name: "=cmd|'/c calc'!A1",
    },
    Hostile {
        label: "formula-plus",
        name: "+1+cmd|' /C calc'!A0",
    },
    Hostile {
        label: "formula-at",
        name: "@SUM(1+1)*cmd|' /C calc'!A0",
    },
    Hostile {
        label: "script",
        name: "<script>alert(1)</script>",
    },
    Hostile {
        label: "image",
        name: "<img src=x onerror=\"document.title='hit'\">",
    },
    Hostile {
        label: "closing-tag",
        name: "</script><!--</style>]]>\u{2028}&amp;",
    },
    Hostile {
        label: "ansi",
        name: "\u{1b}[2J\u{1b}[31mred\u{1b}[0m\u{7}",
    },
    Hostile {
        label: "bidi",
        name: "iPad \u{202e}gpj.exe\u{202c} \u{2067}x\u{2069}",
    },
    Hostile {
        label: "quotes",
        name: "Anna's \"iPhone\"; DROP TABLE 'Files';--, 50% off",
    },
    Hostile {
        label: "number",
        name: "1E5",
    },
    Hostile {
        label: "blank",
        name: " \u{200b}\u{feff}",
    },
    Hostile {
        label: "emoji",
        name: "👩🏽‍💻 Ünïcödé ipad",
    },
    Hostile {
        label: "path",
        name: "../../etc/passwd\u{0}",
    },
];

/// A very long name, 10,000 characters.
pub fn long_name() -> String {
    "iPhone of everyone ".chars().cycle().take(10_000).collect()
}
