//! What a row is about. An iPhone, iPad or iPod touch is counted only on a sign of its own; without one
//! nothing is known, and neither is it taken for another device.

use super::columns::DeviceField;
use crate::source::fold::{self, folded};

/// What a word says a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DeviceKind {
    /// An iPhone, iPad or iPod touch.
    Ours,
    /// Something else, by the words that the report counts it with.
    Other(&'static str),
}

use DeviceKind::{Other, Ours};

pub(crate) const MAC: DeviceKind = Other("a Mac");
const APPLE_TV: DeviceKind = Other("an Apple TV");
const APPLE_WATCH: DeviceKind = Other("an Apple Watch");
const APPLE_VISION: DeviceKind = Other("an Apple Vision");
const HOMEPOD: DeviceKind = Other("a HomePod");
const ANDROID: DeviceKind = Other("an Android device");
const WINDOWS: DeviceKind = Other("a Windows computer");
const LINUX: DeviceKind = Other("a Linux computer");
const CHROME: DeviceKind = Other("a Chromebook");
const OTHER_PHONE: DeviceKind = Other("another phone");
const COMPUTER: DeviceKind = Other("a computer");
const OTHER_MAKER: DeviceKind = Other("a device of another maker");
const NO_DEVICE: DeviceKind = Other("an accessory");

/// First words of an operating system or platform. The first row that fits counts, so that longer ones
/// come first.
const SYSTEMS: &[(&str, DeviceKind)] = &[
    ("mac os", MAC),
    ("macos", MAC),
    ("mac", MAC),
    ("os x", MAC),
    ("osx", MAC),
    ("darwin", MAC),
    ("desktop apple", MAC),
    ("apple desktop", MAC),
    ("ipados", Ours),
    ("ipad os", Ours),
    ("ipad", Ours),
    ("iphone os", Ours),
    ("iphoneos", Ours),
    ("iphone", Ours),
    ("ipod", Ours),
    ("ios", Ours),
    ("apple ios", Ours),
    ("apple ipados", Ours),
    ("apple iphone", Ours),
    ("apple ipad", Ours),
    ("tvos", APPLE_TV),
    ("tv os", APPLE_TV),
    ("appletv", APPLE_TV),
    ("apple tv", APPLE_TV),
    ("watchos", APPLE_WATCH),
    ("watch os", APPLE_WATCH),
    ("applewatch", APPLE_WATCH),
    ("apple watch", APPLE_WATCH),
    ("watch", APPLE_WATCH),
    ("visionos", APPLE_VISION),
    ("xros", APPLE_VISION),
    ("apple vision", APPLE_VISION),
    ("realitydevice", APPLE_VISION),
    ("audioos", HOMEPOD),
    ("homepod", HOMEPOD),
    ("android", ANDROID),
    ("aosp", ANDROID),
    ("samsung knox", ANDROID),
    ("samsung", ANDROID),
    ("wear os", ANDROID),
    ("fire os", ANDROID),
    ("fireos", ANDROID),
    ("windows phone", OTHER_PHONE),
    ("windowsphone", OTHER_PHONE),
    ("windows mobile", OTHER_PHONE),
    ("windowsmobile", OTHER_PHONE),
    ("windows", WINDOWS),
    ("microsoft windows", WINDOWS),
    ("winrt", WINDOWS),
    ("winpc", WINDOWS),
    ("wince", WINDOWS),
    ("win", WINDOWS),
    ("hololens", WINDOWS),
    ("chrome os", CHROME),
    ("chromeos", CHROME),
    ("chrome", CHROME),
    ("chromebook", CHROME),
    ("linux", LINUX),
    ("gnu/linux", LINUX),
    ("ubuntu", LINUX),
    ("debian", LINUX),
    ("rhel", LINUX),
    ("red hat", LINUX),
    ("fedora", LINUX),
    ("centos", LINUX),
    ("rocky", LINUX),
    ("almalinux", LINUX),
    ("amzn", LINUX),
    ("arch", LINUX),
    ("suse", LINUX),
    ("sles", LINUX),
    ("opensuse", LINUX),
    ("kali", LINUX),
    ("pop", LINUX),
    ("manjaro", LINUX),
    ("linuxmint", LINUX),
    ("raspbian", LINUX),
    ("blackberry", OTHER_PHONE),
    ("symbian", OTHER_PHONE),
    ("tizen", OTHER_PHONE),
    ("kaios", OTHER_PHONE),
    ("harmonyos", OTHER_PHONE),
    ("harmony os", OTHER_PHONE),
    ("freebsd", COMPUTER),
    ("computer", COMPUTER),
    ("desktop", COMPUTER),
    ("laptop", COMPUTER),
    ("notebook", COMPUTER),
    ("workstation", COMPUTER),
    ("server", COMPUTER),
    ("virtual machine", COMPUTER),
    ("pc", COMPUTER),
    ("printer", NO_DEVICE),
    ("monitor", NO_DEVICE),
    ("display", NO_DEVICE),
    ("accessory", NO_DEVICE),
    ("accessories", NO_DEVICE),
    ("headset", NO_DEVICE),
    ("keyboard", NO_DEVICE),
    ("docking station", NO_DEVICE),
];

/// Beginnings of product types and of the names of models, as Apple and others write them.
const MODELS: &[(&str, DeviceKind)] = &[
    ("iphone", Ours),
    ("ipad", Ours),
    ("ipod", Ours),
    ("apple iphone", Ours),
    ("apple ipad", Ours),
    ("apple ipod", Ours),
    ("macbook", MAC),
    ("macmini", MAC),
    ("macpro", MAC),
    ("macstudio", MAC),
    ("mac ", MAC),
    ("mac1", MAC),
    ("mac2", MAC),
    ("mac3", MAC),
    ("imac", MAC),
    ("apple mac", MAC),
    ("apple imac", MAC),
    ("virtualmac", MAC),
    ("xserve", MAC),
    ("appletv", APPLE_TV),
    ("apple tv", APPLE_TV),
    ("applewatch", APPLE_WATCH),
    ("apple watch", APPLE_WATCH),
    ("watch", APPLE_WATCH),
    ("audioaccessory", HOMEPOD),
    ("homepod", HOMEPOD),
    ("apple homepod", HOMEPOD),
    ("realitydevice", APPLE_VISION),
    ("apple vision", APPLE_VISION),
    ("android", ANDROID),
    ("galaxy", ANDROID),
    ("samsung", ANDROID),
    ("sm-", ANDROID),
    ("pixel", ANDROID),
    ("google pixel", ANDROID),
    ("xiaomi", ANDROID),
    ("redmi", ANDROID),
    ("oneplus", ANDROID),
    ("nexus", ANDROID),
    ("fairphone", ANDROID),
    ("moto ", ANDROID),
    ("motorola", ANDROID),
    ("zebra", ANDROID),
    ("huawei", ANDROID),
    ("nokia", OTHER_PHONE),
    ("lumia", OTHER_PHONE),
    ("airpods", NO_DEVICE),
    ("apple pencil", NO_DEVICE),
    ("magic keyboard", NO_DEVICE),
    ("elitebook", WINDOWS),
    ("probook", WINDOWS),
    ("hp ", WINDOWS),
    ("optiplex", WINDOWS),
    ("latitude", WINDOWS),
    ("precision", WINDOWS),
    ("xps", WINDOWS),
    ("dell ", WINDOWS),
    ("thinkpad", WINDOWS),
    ("thinkcentre", WINDOWS),
    ("lenovo", OTHER_MAKER),
    ("surface", WINDOWS),
    ("chromebook", CHROME),
    ("vmware", COMPUTER),
    ("virtualbox", COMPUTER),
    ("parallels", COMPUTER),
];

/// KeyMap that say nothing though they stand where a maker does.
const NO_MAKER: &[&str] = &[
    "",
    "-",
    "--",
    "n/a",
    "unknown",
    "none",
    "null",
    "other",
    "generic",
    "unbekannt",
];

/// Reads the kind of a device out of a cell.
type ReadKind = fn(&str) -> Option<DeviceKind>;

/// The columns that decide the kind of a device, the surest first.
pub(super) const KINDS: &[(DeviceField, ReadKind)] = &[
    (DeviceField::ProductType, of_model),
    (DeviceField::Platform, of_system),
    (DeviceField::OsVersion, of_version),
    (DeviceField::ModelName, of_model),
    (DeviceField::Manufacturer, of_maker),
];

/// What kind of thing it is, where that alone does not say whose.
const FORMS: &[&str] = &[
    "smartphone",
    "phone",
    "mobile phone",
    "cell phone",
    "mobile",
    "mobiltelefon",
    "handy",
    "telephone",
    "telefono",
    "tablet",
    "tablette",
    "tableta",
];

/// An Apple telephone or tablet, by its maker and what kind of thing it is.
pub(super) fn of_maker_and_form(maker: &str, form: &str) -> Option<DeviceKind> {
    let is_apple = folded(maker).starts_with("apple");
    let form = fold::words(form).join(" ");
    (is_apple && FORMS.contains(&form.as_str())).then_some(Ours)
}

/// Does a column name the kind of a device? The version of a system does so by the way only.
pub(super) fn names_a_kind(field: DeviceField) -> bool {
    field != DeviceField::OsVersion && KINDS.iter().any(|(one, _)| *one == field)
}

/// The row whose words a text begins with, where the text's own word ends there too.
fn leading(rows: &[(&str, DeviceKind)], text: &str) -> Option<DeviceKind> {
    let row = rows.iter().find(|(start, _)| {
        text.strip_prefix(start)
            .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    });
    row.map(|(_, kind)| *kind)
}

/// By the leading word, as written or with its parts taken apart ("AndroidEnterprise", "IOS_SYNC").
fn system(text: &str) -> Option<DeviceKind> {
    leading(SYSTEMS, &folded(text)).or_else(|| leading(SYSTEMS, &fold::words(text).join(" ")))
}

fn model(text: &str) -> Option<DeviceKind> {
    let text = folded(text);
    let row = MODELS.iter().find(|(start, _)| text.starts_with(start));
    row.map(|(_, kind)| *kind)
}

/// What an operating system or platform means, by its leading word: "iOS/iPadOS", "Android (fully
/// managed)", "Windows 10 Pro", "IOS_SYNC".
pub(crate) fn of_system(text: &str) -> Option<DeviceKind> {
    system(text).or_else(|| model(text))
}

/// What a product type or the name of a model means: "iPhone15,2", "Apple iPhone 14", "iPad (9th
/// generation)", "SM-G991B".
pub(crate) fn of_model(text: &str) -> Option<DeviceKind> {
    model(text).or_else(|| system(text))
}

/// What the version of a system means, which may have its name in front: "iOS 18.1". A bare number says
/// nothing.
pub(crate) fn of_version(text: &str) -> Option<DeviceKind> {
    let starts_with_word = text.trim().starts_with(char::is_alphabetic);
    starts_with_word.then(|| leading(SYSTEMS, &folded(text)))?
}

/// Is a key a word for a kind of device rather than a number?
pub(crate) fn is_word(key: &str) -> bool {
    !key.bytes().any(|byte| byte.is_ascii_digit())
}

/// What a maker means. Apple makes Macs too, so that its name alone decides nothing.
pub(crate) fn of_maker(text: &str) -> Option<DeviceKind> {
    let text = folded(text);
    let says_something = !NO_MAKER.contains(&text.as_str());
    (says_something && !text.starts_with("apple")).then_some(OTHER_MAKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_folded() {
        for (word, _) in SYSTEMS.iter().chain(MODELS) {
            assert_eq!(folded(word).trim(), word.trim());
        }
    }

    #[track_caller]
    fn systems(texts: &[&str], want: Option<DeviceKind>) {
        for text in texts {
            assert_eq!(of_system(text), want, "{text}");
        }
    }

    #[test]
    fn a_system_is_told_by_its_leading_word() {
        let ours = [
            "iOS",
            "ios",
            "IOS",
            "iOS/iPadOS",
            "iPadOS 18.1",
            "iOS 18.1",
            "IOS_SYNC",
            "iPhone",
            "iPhone OS",
            "iPad",
            "iPod touch",
            "Apple iOS",
        ];
        systems(&ours, Some(Ours));
        systems(
            &[
                "macOS",
                "Mac OS X 10.15",
                "OS X 15.1",
                "OSX",
                "Mac",
                "darwin",
                "MacOS 15",
            ],
            Some(MAC),
        );
        systems(&["tvOS", "Apple TV", "tvos 18"], Some(APPLE_TV));
        systems(
            &[
                "Android",
                "Android (personally-owned work profile)",
                "ANDROID",
                "AndroidEnterprise",
                "Android Enterprise",
                "android 9",
            ],
            Some(ANDROID),
        );
        systems(
            &[
                "Windows",
                "Windows 10 Pro",
                "WinRT",
                "Windows 10.0.19045",
                "win32",
            ],
            Some(WINDOWS),
        );
        systems(&["Linux (Ubuntu)", "ubuntu", "rhel"], Some(LINUX));
        systems(&["ChromeOS", "chrome"], Some(CHROME));
        systems(
            &[
                "Apple",
                "",
                "18.1",
                "Smartphone",
                "Tablet",
                "mobile",
                "Machine",
            ],
            None,
        );
    }

    #[track_caller]
    fn models(texts: &[&str], want: Option<DeviceKind>) {
        for text in texts {
            assert_eq!(of_model(text), want, "{text}");
        }
    }

    #[test]
    fn models_by_their_beginning() {
        models(
            &[
                "iPhone15,2",
                "iPhone 14",
                "iPad (9th generation)",
                "iPad8,12",
                "IPHONE 14 BLACK",
                "Apple iPhone SE",
                "iPod9,1",
            ],
            Some(Ours),
        );
        models(
            &["Mac14,2", "MacBook Pro", "iMac21,1", "Mac mini"],
            Some(MAC),
        );
        models(
            &[
                "SM-G991B",
                "samsung SM-N950U",
                "Pixel 7",
                "Nexus 10",
                "Galaxy B",
                "Android",
            ],
            Some(ANDROID),
        );
        models(&["AppleTV14,1", "Apple TV 4K"], Some(APPLE_TV));
        models(&["Watch7,1"], Some(APPLE_WATCH));
        models(&["MPUF3ZD", "TC52", "14", ""], None);
    }

    #[test]
    fn versions_and_makers() {
        assert_eq!(of_version("iOS 18.1"), Some(Ours));
        assert_eq!(of_version("Ubuntu 22.04"), Some(LINUX));
        assert_eq!(of_version("18.1"), None);
        assert_eq!(of_version("10.0.19045"), None);
        assert_eq!(of_maker("samsung"), Some(OTHER_MAKER));
        assert_eq!(of_maker("Zebra Technologies"), Some(OTHER_MAKER));
        for text in ["Apple", "Apple Inc.", "", "Unknown"] {
            assert_eq!(of_maker(text), None, "{text}");
        }
    }
}
