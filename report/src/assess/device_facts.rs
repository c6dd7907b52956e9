//! Facts of a device that need no policy: version, build, model, what the groups of a policy match.

use fleetback_scanner::model::backup::State;
use fleetback_scanner::model::fleet::Device;

use crate::policy::Subject;
use crate::tables::models::model;
use crate::tables::os_version::OsVersion;

/// The version of iOS by the newest evidence: the MDM's answer, or a local backup made after it.
pub(crate) fn os_text(device: &Device) -> Option<&str> {
    let mdm = device.management.as_ref();
    let mdm = mdm.and_then(|m| m.os_version.as_ref());
    let mdm = mdm.map(|sourced| (Some(sourced.observed_at()), sourced.value.as_str()));
    let backups = device.backups.iter().filter(|b| b.state != State::Fake);
    let locals = backups.filter_map(|b| Some((b.last_attempt(), b.os_version.as_deref()?)));
    let newest = locals.chain(mdm).max();
    newest.map(|(_, version)| version)
}

/// The build that belongs to the version of [`os_text`].
pub(crate) fn build_text(device: &Device) -> Option<&str> {
    let shown = os_text(device);
    let mdm = device.management.as_ref();
    let from_mdm = mdm.and_then(|m| {
        let version = m.os_version.as_ref().map(|sourced| sourced.value.as_str());
        let build = m.build_version.as_ref()?;
        (version == shown).then_some(build.value.as_str())
    });
    let local = || {
        let backup = device
            .backups
            .iter()
            .find(|b| b.os_version.as_deref() == shown && b.build_version.is_some());
        backup.and_then(|backup| backup.build_version.as_deref())
    };
    from_mdm.or_else(local)
}

/// The product type: the MDM's word, else that of a backup.
pub(crate) fn product_type(device: &Device) -> Option<&str> {
    let mdm = device.management.as_ref();
    let mdm = mdm.and_then(|m| m.product_type.as_ref());
    let local = || {
        device
            .backups
            .iter()
            .find_map(|b| b.product_type.as_deref())
    };
    mdm.map(|sourced| sourced.value.as_str()).or_else(local)
}

/// What the groups of a policy are held against.
pub(crate) fn subject<'a>(device: &'a Device, model: Option<&'a str>) -> Subject<'a> {
    let person = device.person.as_ref();
    let mdm = device.management.as_ref();
    let supervised = mdm.and_then(|mdm| mdm.supervised.as_ref());
    Subject {
        identity: &device.identity,
        name: device.name(),
        product_type: product_type(device),
        model,
        user: person.and_then(|p| p.user.as_deref()),
        email: person.and_then(|p| p.email.as_deref()),
        department: person.and_then(|p| p.department.as_deref()),
        site: person.and_then(|p| p.site.as_deref()),
        group: person.and_then(|p| p.group.as_deref()),
        tags: person.map_or(&[], |p| &p.tags),
        supervised: supervised.map(|sourced| sourced.value),
        os: os_text(device).and_then(OsVersion::parse),
    }
}

/// What people call the device's model.
pub(crate) fn model_name(device: &Device) -> Option<String> {
    let known_model = product_type(device).and_then(model);
    let mdm_name = || {
        let mdm = device.management.as_ref()?;
        Some(mdm.model_name.as_ref()?.value.clone())
    };
    known_model
        .map(|model| model.name.to_owned())
        .or_else(mdm_name)
}

/// ICCID of the first SIM.
pub(crate) fn iccid(device: &Device) -> Option<String> {
    let mdm = device.management.as_ref();
    let from_mdm = mdm.and_then(|m| m.iccid.as_ref());
    let local = || device.backups.iter().find_map(|b| b.iccid.clone());
    from_mdm.map(|sourced| sourced.value.clone()).or_else(local)
}
