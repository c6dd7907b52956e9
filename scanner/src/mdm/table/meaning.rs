//! What a column probably means, by the words of its name, where no table knows the name itself.
//!
//! A guess stands behind every exact name, and it is never taken for a sign that something is backed up:
//! a "last backup" of which nothing says "iCloud" is one to a computer.

use super::columns::DeviceField;
use crate::source::fold::words;

/// The rank from which on a column's meaning is guessed, and no table names it.
pub(super) const GUESSED: usize = 3_000;

/// Is a rank that of a guess?
pub(super) fn is_guess(rank: usize) -> bool {
    rank >= GUESSED
}

/// A meaning: one word of each group must be there, and none of the others.
struct Meaning {
    field: DeviceField,
    all: &'static [&'static [&'static str]],
    none: &'static [&'static str],
}

const SERIAL: &[&str] = &[
    "serial",
    "seriennummer",
    "seriennr",
    "serienummer",
    "serienummmer",
    "numerodeserie",
    "ndeserie",
    "numeroserie",
    "nodeserie",
    "numerodiserie",
    "matricola",
    "シリアル",
    "製造番号",
    "序列号",
    "序號",
    "序号",
    "일련번호",
    "seriovecislo",
    "numerseryjny",
    "serinumarasi",
    "sarjanumero",
    "серийный",
];
const LAST: &[&str] = &[
    "last",
    "latest",
    "recent",
    "letzte",
    "letzter",
    "letztes",
    "letzten",
    "zuletzt",
    "dernier",
    "derniere",
    "ultimo",
    "ultima",
    "ult",
    "laatste",
    "laatst",
    "senast",
    "seneste",
    "siste",
    "ostatni",
    "posledni",
    "最終",
    "最後",
    "最近",
    "直近",
    "上次",
    "마지막",
    "최근",
    "последн",
];
const CLOUD: &[&str] = &["icloud", "cloud"];
const BACKUP: &[&str] = &[
    "backup",
    "back",
    "sicherung",
    "datensicherung",
    "sauvegarde",
    "copia",
    "respaldo",
    "salvaguarda",
    "reservekopie",
    "sakerhetskopi",
    "sikkerhedskopi",
    "kopiazapasowa",
    "zaloha",
    "バックアップ",
    "备份",
    "備份",
    "백업",
    "резервн",
];
const CONTACT: &[&str] = &[
    "checkin",
    "checkedin",
    "contact",
    "contacted",
    "kontakt",
    "contacto",
    "contatto",
    "contato",
    "seen",
    "gesehen",
    "sync",
    "synced",
    "synchron",
    "sincroniza",
    "heartbeat",
    "beat",
    "connected",
    "connection",
    "verbindung",
    "verbunden",
    "connexion",
    "conexion",
    "conexao",
    "connessione",
    "communication",
    "communicated",
    "comunica",
    "reported",
    "gemeldet",
    "ruckmeldung",
    "visto",
    "vista",
    "チェックイン",
    "接続",
    "同期",
    "連絡",
    "通信",
    "签到",
    "簽到",
    "联系",
    "同步",
    "连接",
    "체크인",
    "접속",
    "동기화",
    "연결",
    "контакт",
    "связь",
];
const VERSION: &[&str] = &[
    "version",
    "versao",
    "versione",
    "versie",
    "wersja",
    "verze",
    "バージョン",
    "版本",
    "버전",
    "версия",
];
const SYSTEM: &[&str] = &[
    "os",
    "ios",
    "ipados",
    "so",
    "operating",
    "betriebssystem",
    "systeme",
    "sistema",
    "besturingssysteem",
    "software",
    "基本ソフト",
    "操作系统",
    "作業系統",
    "系统",
    "운영체제",
];
const STORAGE: &[&str] = &[
    "storage",
    "speicher",
    "speicherplatz",
    "gesamtspeicher",
    "stockage",
    "almacenamiento",
    "armazenamento",
    "espacio",
    "espaco",
    "espace",
    "space",
    "disk",
    "capacity",
    "kapazitat",
    "capacite",
    "capacidad",
    "capacidade",
    "memoria",
    "opslag",
    "ストレージ",
    "容量",
    "存储",
    "저장",
];
const FREE: &[&str] = &[
    "free",
    "frei",
    "freier",
    "available",
    "verfugbar",
    "libre",
    "disponible",
    "disponivel",
    "livre",
    "liber",
    "beschikbaar",
    "空き",
    "利用可能",
    "可用",
    "남은",
    "여유",
];
const DEVICE: &[&str] = &[
    "device",
    "gerat",
    "gerate",
    "geraete",
    "geraet",
    "appareil",
    "dispositivo",
    "toestel",
    "apparaat",
    "enhet",
    "デバイス",
    "端末",
    "機器",
    "设备",
    "裝置",
    "기기",
    "устройств",
];
const NAME: &[&str] = &[
    "name", "namen", "nom", "nombre", "nome", "naam", "navn", "namn", "名", "이름", "имя",
];
const STATE: &[&str] = &[
    "status", "state", "zustand", "estado", "statut", "etat", "stato", "状態", "状况", "状态",
    "상태",
];

/// Words that make a name mean something else than it seems to.
const ASIDE: &[&str] = &[
    "expected",
    "purchase",
    "purchased",
    "purchasing",
    "warranty",
    "garantie",
    "garantia",
    "expires",
    "expiry",
    "expiration",
    "bypass",
    "password",
    "passwort",
    "push",
    "policy",
    "policies",
    "checkout",
    "checkedout",
    "invoice",
    "order",
    "ssid",
    "app",
    "apps",
    "application",
    "license",
    "licence",
    "lizenz",
    "agent",
    "osquery",
    "certificate",
    "zertifikat",
    "location",
    "vpn",
    "proxy",
    "allow",
    "allowed",
    "restriction",
    "restrict",
    "forbid",
    "block",
    "blocked",
    "prevent",
    "minimum",
    "target",
    "next",
    "previous",
    "first",
    "geofence",
];

const fn row(
    field: DeviceField,
    all: &'static [&'static [&'static str]],
    none: &'static [&'static str],
) -> Meaning {
    Meaning { field, all, none }
}

/// The first row that fits counts.
const MEANINGS: &[Meaning] = &[
    row(
        DeviceField::SerialNumber,
        &[SERIAL],
        &[
            "sim", "card", "iccid", "asset", "monitor", "battery", "server", "dock",
        ],
    ),
    row(
        DeviceField::Imei,
        &[&["imei", "imei1", "imei2", "imeimeid"]],
        &[],
    ),
    row(DeviceField::Meid, &[&["meid"]], &[]),
    row(DeviceField::Udid, &[&["udid"]], &[]),
    row(
        DeviceField::LastCloudBackup,
        &[
            CLOUD,
            BACKUP,
            &[
                "last",
                "latest",
                "recent",
                "letzte",
                "letzter",
                "letztes",
                "letzten",
                "zuletzt",
                "dernier",
                "derniere",
                "ultimo",
                "ultima",
                "ult",
                "laatste",
                "laatst",
                "senast",
                "date",
                "datum",
                "fecha",
                "data",
                "time",
                "zeit",
                "最終",
                "最後",
                "最近",
                "直近",
                "上次",
                "日時",
                "日付",
                "日期",
                "时间",
                "마지막",
                "최근",
                "날짜",
            ],
        ],
        &[
            "enabled",
            "status",
            "size",
            "aktiviert",
            "activado",
            "turned",
            "switch",
            "error",
            "result",
        ],
    ),
    row(
        DeviceField::CloudBackupEnabled,
        &[CLOUD, BACKUP],
        &[
            "last", "latest", "size", "error", "account", "result", "age", "days",
        ],
    ),
    row(
        DeviceField::LastComputerBackup,
        &[LAST, BACKUP],
        &["size", "status", "error", "result"],
    ),
    row(
        DeviceField::LastInventory,
        &[
            LAST,
            &[
                "inventory",
                "inventar",
                "inventarisierung",
                "inventaire",
                "inventario",
                "scan",
                "scanned",
                "インベントリ",
                "清单",
                "인벤토리",
            ],
        ],
        &["error"],
    ),
    row(
        DeviceField::LastContact,
        &[LAST, CONTACT],
        &[
            "user", "error", "failed", "boot", "reboot", "login", "logon", "network", "wifi", "ip",
            "by", "asset",
        ],
    ),
    row(
        DeviceField::LastContact,
        &[LAST, &["check"], &["in"]],
        &["out", "error", "by"],
    ),
    row(DeviceField::BuildVersion, &[SYSTEM, &["build"]], &[]),
    row(
        DeviceField::OsVersion,
        &[SYSTEM, VERSION],
        &["build", "latest", "available", "supplemental", "name"],
    ),
    row(
        DeviceField::Platform,
        &[&[
            "platform",
            "plattform",
            "plateforme",
            "plataforma",
            "piattaforma",
            "betriebssystem",
            "operatingsystem",
            "sistemaoperativo",
            "sistemaoperacional",
            "systemedexploitation",
            "besturingssysteem",
            "プラットフォーム",
            "平台",
            "操作系统",
            "作業系統",
            "플랫폼",
            "운영체제",
        ]],
        &["version", "versao", "build"],
    ),
    row(
        DeviceField::ProductType,
        &[&["model", "product", "hardware"], &["identifier"]],
        &[],
    ),
    row(
        DeviceField::Manufacturer,
        &[&[
            "manufacturer",
            "hersteller",
            "fabricant",
            "constructeur",
            "fabricante",
            "produttore",
            "fabrikant",
            "tillverkare",
            "メーカー",
            "製造元",
            "制造商",
            "厂商",
            "製造商",
            "제조사",
            "производитель",
        ]],
        &[],
    ),
    row(
        DeviceField::ModelName,
        &[&[
            "model",
            "modell",
            "modele",
            "modelo",
            "modello",
            "malli",
            "モデル",
            "機種",
            "型号",
            "型號",
            "모델",
            "модель",
        ]],
        &["number", "nummer", "no", "id", "code", "year", "numero"],
    ),
    row(
        DeviceField::Supervised,
        &[&[
            "supervised",
            "issupervised",
            "betreut",
            "beaufsichtigt",
            "uberwacht",
            "supervisie",
            "toezicht",
            "nadzorowany",
            "overvakad",
            "supervise",
            "supervisee",
            "supervisado",
            "supervisada",
            "supervisionado",
            "supervisionato",
            "監視対象",
            "監理対象",
            "监督",
            "監督",
            "감독",
        ]],
        &["lock", "allowed", "while", "by", "code"],
    ),
    row(
        DeviceField::ActivationLock,
        &[
            &["activation", "aktivierungssperre"],
            &["lock", "aktivierungssperre"],
        ],
        &["code", "while", "manageable", "allowed", "user"],
    ),
    row(
        DeviceField::Available,
        &[FREE, STORAGE],
        &["percent", "prozent"],
    ),
    row(
        DeviceField::Capacity,
        &[
            &[
                "total",
                "gesamt",
                "gesamtspeicher",
                "totale",
                "capacity",
                "kapazitat",
                "capacite",
                "capacidad",
                "総",
                "全体",
                "总",
                "전체",
            ],
            STORAGE,
        ],
        &["free", "frei", "available", "used", "battery", "percent"],
    ),
    row(
        DeviceField::DeviceName,
        &[DEVICE, NAME],
        &["user", "model", "group", "benutzer", "product"],
    ),
    row(
        DeviceField::Email,
        &[&[
            "email",
            "mail",
            "emailaddress",
            "correo",
            "courriel",
            "メール",
            "邮箱",
            "邮件",
            "電子郵件",
            "이메일",
            "почта",
        ]],
        &["manager", "admin", "server"],
    ),
    row(
        DeviceField::User,
        &[&[
            "user",
            "benutzer",
            "benutzername",
            "nutzer",
            "anwender",
            "utilisateur",
            "usuario",
            "utente",
            "gebruiker",
            "anvandare",
            "bruger",
            "bruker",
            "uzytkownik",
            "uzivatel",
            "ユーザ",
            "ユーザー",
            "利用者",
            "用户",
            "使用者",
            "사용자",
            "пользователь",
        ]],
        &[
            "id",
            "type",
            "group",
            "principal",
            "count",
            "last",
            "enrolled",
            "agent",
            "alternate",
            "local",
            "admin",
            "uuid",
            "list",
            "number",
        ],
    ),
    row(
        DeviceField::Department,
        &[&[
            "department",
            "abteilung",
            "departement",
            "departamento",
            "dipartimento",
            "reparto",
            "afdeling",
            "avdelning",
            "部署",
            "部門",
            "部门",
            "부서",
            "отдел",
        ]],
        &["id"],
    ),
    row(
        DeviceField::MdmState,
        &[
            &[
                "enrollment",
                "enrolment",
                "management",
                "registration",
                "mdm",
                "verwaltung",
                "inscription",
                "gestion",
            ],
            STATE,
        ],
        &["date", "type", "reason"],
    ),
];

/// What the words of a name mean, and how early the row stands; the lower the surer.
pub(super) fn of_name(name: &str) -> Option<(DeviceField, usize)> {
    let words = words(name);
    let joined = words.concat();
    let has = |word: &&str| is_there(word, &words, &joined);
    if ASIDE.iter().any(|word| words.iter().any(|own| own == word)) {
        return None;
    }
    let fits = |meaning: &Meaning| {
        let all = meaning.all.iter().all(|group| group.iter().any(&has));
        all && !meaning
            .none
            .iter()
            .any(|word| words.iter().any(|own| own == word))
    };
    let place = MEANINGS.iter().position(fits)?;
    Some((MEANINGS[place].field, place))
}

/// Short words must stand alone; longer ones, and those of scripts that write no blanks, may be part of
/// another ("Seriennummer", "最終チェックイン").
fn is_there(word: &str, words: &[String], joined: &str) -> bool {
    let alone = word.is_ascii() && word.len() < 6;
    if alone {
        words.iter().any(|own| own == word)
    } else {
        joined.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::DeviceField as F;
    use super::*;
    use crate::source::fold::folded;

    #[test]
    fn every_word_is_folded() {
        for meaning in MEANINGS {
            for word in meaning.all.iter().copied().flatten().chain(meaning.none) {
                assert_eq!(folded(word), *word);
            }
        }
    }

    #[track_caller]
    fn check(names: &[&str], want: Option<DeviceField>) {
        for name in names {
            assert_eq!(of_name(name).map(|(field, _)| field), want, "{name}");
        }
    }

    const NAMES: &[(F, &[&str])] = &[
        (
            F::SerialNumber,
            &[
                "Serial Number (mandatory)",
                "Número de serie",
                "Nu\u{301}mero de serie",
                "N° de série",
                "シリアル番号",
                "Geräte-Seriennummer",
                "hw_serial_no",
            ],
        ),
        (
            F::LastContact,
            &[
                "Último contacto",
                "Dernière connexion",
                "Letzte Synchronisierung",
                "最終チェックイン",
                "Last Seen (UTC)",
                "Last Check-in Time",
                "lastContactedAt",
                "Zuletzt gesehen",
                "Última sincronización",
            ],
        ),
        (
            F::LastCloudBackup,
            &[
                "Last iCloud backup",
                "Última copia de iCloud",
                "Dernière sauvegarde iCloud",
                "最後のiCloudバックアップ",
                "最後のiCloudハ\u{3099}ックアッフ\u{309a}",
                "iCloudBackupLatest",
                "Letzte iCloud-Sicherung",
                "iCloud Backup Date",
            ],
        ),
        (
            F::CloudBackupEnabled,
            &[
                "Copia de seguridad en iCloud",
                "iCloudバックアップ",
                "iCloud-Sicherung",
                "Sauvegarde iCloud",
                "iCloud Backup Status",
                "is_icloud_backup_on",
            ],
        ),
        (
            F::LastComputerBackup,
            &["Last Backup Date", "Letztes Backup", "Dernière sauvegarde"],
        ),
        (
            F::OsVersion,
            &[
                "Versión del SO",
                "Version du système",
                "OSバージョン",
                "iOS-Version",
                "Betriebssystemversion",
            ],
        ),
        (
            F::Platform,
            &["Sistema operativo", "Betriebssystem", "Plateforme"],
        ),
        (
            F::Supervised,
            &[
                "Supervised (t=yes,f=n)",
                "Supervisado",
                "監視対象",
                "Betreut",
            ],
        ),
        (
            F::DeviceName,
            &["Nombre del dispositivo", "デバイス名", "Nom de l'appareil"],
        ),
        (F::Email, &["Correo electrónico", "メールアドレス"]),
        (F::User, &["Usuario", "ユーザ名"]),
        (
            F::Capacity,
            &["Gesamtspeicher", "Capacité de stockage totale"],
        ),
        (F::Available, &["Freier Speicher", "Espacio libre"]),
        (F::MdmState, &["Enrollment Status", "MDM State"]),
    ];

    #[test]
    fn names_in_several_languages() {
        for (field, names) in NAMES {
            check(names, Some(*field));
        }
    }

    #[test]
    fn names_that_mean_something_else() {
        check(
            &[
                "Expected Checkin Date",
                "last_push_time",
                "Activation Lock Bypass Code",
                "Warranty Expires",
                "Purchase Date",
                "activation_lock_allowed_while_supervised",
                "Allow iCloud Backup",
                "App Version",
                "osquery_version",
                "Model No.",
                "Checkout Date",
                "SIM Serial",
                "Last user login",
                "Notes",
                "Phone Number",
                "",
            ],
            None,
        );
    }
}
