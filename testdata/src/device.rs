//! Which device it is: models, and the numbers that name one.
//!
//! Ids are drawn from a seed and belong to no real device: the type allocation code is a test code
//! (GSMA 00 10 17), the phone numbers lie in the range kept for fiction.

use crate::rng::Rng;

/// A model and how its numbers look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// "iPhone12,1".
    pub product_type: &'static str,
    /// "iPhone 11".
    pub name: &'static str,
    /// First half of its UDIDs from the A12 on; `None` means 40 hex digits.
    pub chip: Option<&'static str>,
    /// Has a SIM.
    pub cellular: bool,
}

const fn old(product_type: &'static str, name: &'static str, cellular: bool) -> Model {
    Model {
        product_type,
        name,
        chip: None,
        cellular,
    }
}

const fn new(
    product_type: &'static str,
    name: &'static str,
    chip: &'static str,
    cellular: bool,
) -> Model {
    Model {
        product_type,
        name,
        chip: Some(chip),
        cellular,
    }
}

/// The models test data is made of.
pub const MODELS: &[Model] = &[
    old("iPhone4,1", "iPhone 4s", true),
    old("iPhone5,2", "iPhone 5", true),
    old("iPhone6,2", "iPhone 5s", true),
    old("iPhone7,2", "iPhone 6", true),
    old("iPhone8,1", "iPhone 6s", true),
    old("iPhone9,3", "iPhone 7", true),
    old("iPhone10,4", "iPhone 8", true),
    new("iPhone11,8", "iPhone XR", "00008020", true),
    new("iPhone12,1", "iPhone 11", "00008030", true),
    new("iPhone12,8", "iPhone SE (2nd generation)", "00008030", true),
    new("iPhone13,2", "iPhone 12", "00008101", true),
    new("iPhone14,5", "iPhone 13", "00008110", true),
    new("iPhone14,6", "iPhone SE (3rd generation)", "00008110", true),
    new("iPhone14,7", "iPhone 14", "00008110", true),
    new("iPhone15,2", "iPhone 14 Pro", "00008120", true),
    new("iPhone15,4", "iPhone 15", "00008120", true),
    new("iPhone16,1", "iPhone 15 Pro", "00008130", true),
    new("iPhone17,3", "iPhone 16", "00008140", true),
    old("iPad2,5", "iPad mini", false),
    old("iPad5,3", "iPad Air 2", false),
    old("iPad6,11", "iPad (5th generation)", false),
    old("iPad7,11", "iPad (7th generation)", false),
    new(
        "iPad8,12",
        "iPad Pro (12.9-inch) (4th generation)",
        "00008027",
        true,
    ),
    new("iPad11,6", "iPad (8th generation)", "00008020", false),
    new("iPad12,1", "iPad (9th generation)", "00008030", false),
    new("iPad13,18", "iPad (10th generation)", "00008101", false),
    old("iPod7,1", "iPod touch (6th generation)", false),
    old("iPod9,1", "iPod touch (7th generation)", false),
];

/// The model of a product type; an unknown one is taken for a recent iPhone.
pub fn model(product_type: &str) -> Model {
    MODELS
        .iter()
        .find(|model| model.product_type == product_type)
        .copied()
        .unwrap_or(new("iPhone99,9", "iPhone", "00008150", true))
}

/// The numbers that name one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceIds {
    /// As the folder and the MDM spell it.
    pub udid: String,
    /// Serial number.
    pub serial: String,
    /// 15 digits with a right check digit; cellular devices only.
    pub imei: Option<String>,
    /// 14 upper-case hex digits; cellular devices only.
    pub meid: Option<String>,
    /// 19 digits; cellular devices only.
    pub iccid: Option<String>,
    /// Personal data that no report may show; cellular devices only.
    pub phone_number: Option<String>,
    /// "58:fe:…".
    pub wifi_mac: String,
}

/// Letters of Apple's serial numbers: no vowels that make words, no O and I.
const SERIAL: &[u8] = b"CDFGHJKLMNPQRTVWXY0123456789";

impl DeviceIds {
    /// The numbers of a device of `product_type`, out of a seed.
    pub fn new(seed: u64, product_type: &str) -> Self {
        let mut rng = Rng::stream(seed, "numbers");
        let model = model(product_type);
        let udid = match model.chip {
            Some(chip) => format!("{chip}-00{}", rng.hex(14).to_uppercase()),
            None => rng.hex(40),
        };
        // 12 characters for the old models; 10 random ones for the newer.
        let serial = match model.chip {
            Some(_) => rng.text(SERIAL, 10),
            None => format!("F{}", rng.text(SERIAL, 11)),
        };
        let imei = imei(&mut rng);
        let meid = format!("35{}", rng.digits(12));
        let iccid = format!("8949{}", rng.digits(15));
        let phone = format!("+49 176 040690{}", rng.digits(2));
        let mac: Vec<String> = (0..5).map(|_| rng.hex(2)).collect();
        let sim = |number: String| model.cellular.then_some(number);
        Self {
            udid,
            serial,
            imei: sim(imei),
            meid: sim(meid),
            iccid: sim(iccid),
            phone_number: sim(phone),
            wifi_mac: format!("58:{}", mac.join(":")),
        }
    }
}

/// Test allocation code, serial, and the check digit of Luhn.
fn imei(rng: &mut Rng) -> String {
    let body = format!("001017{}", rng.digits(8));
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * (1 + place as u32 % 2);
            value / 10 + value % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::{DeviceIds, MODELS};

    #[test]
    fn numbers_have_their_forms() {
        for model in MODELS {
            let ids = DeviceIds::new(7, model.product_type);
            let length = if model.chip.is_some() { 25 } else { 40 };
            assert_eq!(ids.udid.len(), length, "{}", model.product_type);
            assert_eq!(ids.imei.is_some(), model.cellular);
        }
    }

    #[test]
    fn imeis_pass_their_check_digit() {
        let imei = DeviceIds::new(3, "iPhone12,1").imei.unwrap();
        let sum: u32 = imei
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let value = u32::from(digit - b'0') * (1 + place as u32 % 2);
                value / 10 + value % 10
            })
            .sum();
        assert_eq!((imei.len(), sum % 10), (15, 0));
    }
}
