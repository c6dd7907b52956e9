//! The numbers and the system of a device as people read them.

/// "35-678901-234567-8", the printed form of fifteen digits; anything else as it is.
pub fn imei(digits: &str) -> String {
    if digits.len() == 15 && all_digits(digits) {
        let (model, rest) = digits.split_at(8);
        format!(
            "{}-{}-{}-{}",
            &model[..2],
            &model[2..],
            &rest[..6],
            &rest[6..]
        )
    } else {
        digits.to_owned()
    }
}

/// "8941 0141 0321 1118 510", groups of four for 18 to 20 digits; anything else as it is.
pub fn iccid(digits: &str) -> String {
    if !(18..=20).contains(&digits.len()) || !all_digits(digits) {
        return digits.to_owned();
    }
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What Apple calls the system of a product type: iPadOS on an iPad from version 13, else iOS.
/// `None` for a product that is no iPhone, iPad or iPod touch.
pub fn platform(product_type: &str, os_version: Option<&str>) -> Option<&'static str> {
    if product_type.starts_with("iPhone") || product_type.starts_with("iPod") {
        return Some("iOS");
    }
    let major = os_version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    product_type
        .starts_with("iPad")
        .then_some(if major.is_some_and(|major| major < 13) {
            "iOS"
        } else {
            "iPadOS"
        })
}

/// "iOS 18.1"; only "18.1" when the product does not tell the platform.
pub fn os_version(product_type: Option<&str>, version: Option<&str>) -> Option<String> {
    let version = version?;
    Some(match platform(product_type.unwrap_or(""), Some(version)) {
        Some(name) => format!("{name} {version}"),
        None => version.to_owned(),
    })
}

/// "iOS 18.1 (22B83)", as far as the parts are known.
pub fn os(product: Option<&str>, version: Option<&str>, build: Option<&str>) -> Option<String> {
    match (os_version(product, version), build) {
        (Some(version), Some(build)) => Some(format!("{version} ({build})")),
        (version, None) => version,
        (None, Some(build)) => {
            let name = platform(product.unwrap_or(""), None).unwrap_or("build");
            Some(format!("{name} ({build})"))
        }
    }
}
