//! What people call a device: "iPhone12,1" is an iPhone 11.
//!
//! The number in a product type counts hardware generations and is not the number in the name. A
//! type that the table does not know keeps its own spelling; it is never guessed. Where the names
//! come from, and of which day they are, stands at the head of the table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// "iPhone 11".
    pub name: &'static str,
    /// Has it a Home button? It decides how the device is switched off.
    pub home_button: bool,
}

/// The model of a product type; `None` for a type that the table does not know.
pub fn model(product_type: &str) -> Option<Model> {
    MODELS.get(product_type).copied()
}

/// Can a device of this type hold an eSIM? No iPod can, and no iPhone before the XS and XR; of an iPad
/// it is unknown.
pub(crate) fn can_hold_esim(product_type: &str) -> Option<bool> {
    const XS_AND_XR: u32 = 11;
    if product_type.starts_with("iPod") {
        return Some(false);
    }
    let (generation, _) = product_type.strip_prefix("iPhone")?.split_once(',')?;
    Some(generation.parse::<u32>().ok()? >= XS_AND_XR)
}

/// Product types that go by this name, small letters or not: "iPhone 16", "iPad (9th generation)". The
/// name of an iPad may leave out what it reaches the network by.
pub(crate) fn types_of(name: &str) -> Vec<(&'static str, &'static str)> {
    const NETWORKS: [&str; 2] = [" Wi-Fi + Cellular", " Wi-Fi"];
    let of_family = |full: &'static str| {
        NETWORKS
            .into_iter()
            .find_map(|network| full.strip_suffix(network))
            .unwrap_or(full)
    };
    let trimmed = name.trim();
    let fits = |full| {
        [full, of_family(full)]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(trimmed))
    };
    let rows = MODELS.iter().filter(|(_, model)| fits(model.name));
    rows.map(|(product_type, model)| (*product_type, model.name))
        .collect()
}

static MODELS: LazyLock<BTreeMap<&str, Model>> = LazyLock::new(|| {
    let rows = include_str!("models.tsv").lines();
    rows.filter(|row| !row.starts_with('#'))
        .filter_map(row)
        .collect()
});

fn row(line: &'static str) -> Option<(&'static str, Model)> {
    let mut cells = line.split('\t');
    let (product_type, name, button) = (cells.next()?, cells.next()?, cells.next()?);
    let home_button = button == "home";
    Some((product_type, Model { name, home_button }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(product_type: &str, name: &'static str, home_button: bool) {
        assert_eq!(model(product_type), Some(Model { name, home_button }));
    }

    #[test]
    fn names() {
        check("iPhone10,5", "iPhone 8 Plus", true);
        check("iPhone10,6", "iPhone X", false);
        check("iPhone12,1", "iPhone 11", false);
        check("iPhone12,8", "iPhone SE (2nd generation)", true);
        check("iPhone17,5", "iPhone 16e", false);
        check("iPad7,6", "iPad (6th generation) Wi-Fi + Cellular", true);
        check(
            "iPad8,12",
            "iPad Pro 12.9-inch (4th generation) Wi-Fi + Cellular",
            false,
        );
        check("iPad12,1", "iPad (9th generation) Wi-Fi", true);
        check("iPod9,1", "iPod touch (7th generation)", true);
        assert_eq!(model("iPhone99,9"), None);
        assert_eq!(model("iphone12,1"), None);
        assert_eq!(model(""), None);
    }

    #[track_caller]
    fn types(name: &str, want: &[&str]) {
        let got: Vec<_> = types_of(name)
            .into_iter()
            .map(|(product_type, _)| product_type)
            .collect();
        assert_eq!(got, want, "{name:?}");
    }

    #[test]
    fn types_are_found_by_name() {
        types("iPhone 16", &["iPhone17,3"]);
        types(" iphone 16 PRO ", &["iPhone17,1"]);
        types("iPad (9th generation)", &["iPad12,1", "iPad12,2"]);
        types("iPad (9th generation) Wi-Fi", &["iPad12,1"]);
        types("iPhone", &["iPhone1,1"]);
        types("iPhone 99", &[]);
        types("", &[]);
    }

    /// The table says where it comes from and how old it is, and knows every model that the built-in
    /// list of releases knows (a test of `os_table`).
    #[test]
    fn the_table_names_its_source_and_its_date() {
        let head: Vec<_> = include_str!("models.tsv")
            .lines()
            .take_while(|line| line.starts_with('#'))
            .collect();
        assert!(head.iter().any(|line| line.starts_with("# Source: ")));
        let date = head.iter().find_map(|line| line.strip_prefix("# Date: "));
        let date = date.and_then(|rest| rest.get(..10)).unwrap();
        assert!(date.parse::<jiff::civil::Date>().is_ok(), "{date}");
    }

    /// DeviceIds of one name: every iPad is either Wi-Fi or Wi-Fi + Cellular, an iPhone neither; two
    /// types may share a name, and no name is another's with blanks around it.
    #[test]
    fn names_look_like_names_of_their_family() {
        for (product_type, model) in MODELS.iter() {
            let family = ["iPhone", "iPad", "iPod touch"]
                .into_iter()
                .find(|family| model.name.starts_with(family));
            let family = family.unwrap_or_else(|| unreachable!("{product_type}"));
            assert_eq!(family[..4], product_type[..4], "{product_type}");
            assert_eq!(model.name.trim(), model.name, "{product_type}");
            let by_radio = model.name.contains("Wi-Fi");
            assert!(!by_radio || family == "iPad", "{product_type}");
        }
    }

    #[test]
    fn every_row_of_the_table_is_whole_and_stands_once() {
        let rows = include_str!("models.tsv")
            .lines()
            .filter(|l| !l.starts_with('#'));
        let mut count = 0;
        for line in rows {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 3, "{line}");
            assert!(["home", "none"].contains(&cells[2]), "{line}");
            assert_eq!(model(cells[0]).unwrap().name, cells[1], "{line}");
            count += 1;
        }
        assert_eq!(count, MODELS.len());
    }
}
