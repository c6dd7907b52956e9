//! Puts a backup on disk, in the order a device and its computer do.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use plist::Value;

use super::builder::BackupBuilder;
use super::catalog::{self, Details, Row};
use super::damage::Site;
use super::info::{self, About, HostTool};
use super::keybag::{Keybag, MANIFEST_CLASS, encrypt};
use super::manifest::Manifest;
use super::mbdb;
use super::payload::{Entry, Kind, app_folders, folders_and_links, sha1, usual_files};
use super::status::Status;
use crate::device::DeviceIds;
use crate::disk;
use crate::plists::{Format, encode};
use crate::rng::Rng;

/// A backup on disk.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its folder.
    pub path: PathBuf,
    /// The device it is of.
    pub ids: DeviceIds,
    /// Names of its payloads, in manifest order, damage not considered.
    pub file_ids: Vec<String>,
}

impl BackupBuilder {
    /// Writes the backup as a folder below `parent`.
    ///
    /// # Errors
    /// When the disk refuses, or the system cannot hold what damage asks for.
    pub fn write(&self, parent: &Path) -> Result<Written> {
        let path = parent.join(self.folder());
        let built = Built::new(self)?;
        built.write(self, &path)?;

        let file_ids = built
            .payloads
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let written = Written {
            path,
            ids: self.device(),
            file_ids,
        };
        let layout = built.layout;
        let site = Site {
            builder: self,
            written: &written,
            flat: layout == Layout::Flat,
        };
        for damage in &self.damage {
            (damage.apply(&site)).with_context(|| format!("cannot apply {damage:?}"))?;
        }
        Ok(written)
    }

    pub(super) fn status(&self) -> Status {
        Status {
            backup_state: self.backup_state,
            snapshot_state: self.snapshot_state,
            date: self.status_at(),
            is_full: false,
            version: if self.os() < (10, 0) { "2.4" } else { "3.3" }.to_owned(),
            uuid: Rng::stream(self.seed, "snapshot").uuid(),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let mut rng = Rng::stream(self.seed, "payload");
        let mut entries = usual_files(&mut rng, self.files, self.password.is_some());
        if let Some(log) = &self.cloud_log {
            entries.extend(log.entries()?);
        }
        entries.extend(self.own_entries.iter().cloned());
        if !self.folder_rows {
            return Ok(entries);
        }
        let mut all = app_folders(self.weight);
        all.append(&mut folders_and_links(&entries));
        all.sort_by(|a, b| (&a.domain, &a.path).cmp(&(&b.domain, &b.path)));
        all.dedup_by(|a, b| (&a.domain, &a.path) == (&b.domain, &b.path));
        all.append(&mut entries);
        Ok(all)
    }

    fn keybag(&self) -> Result<Keybag> {
        let password = self.password.as_deref().unwrap_or("");
        let mut rng = Rng::stream(self.seed, "keybag");
        Keybag::new(&mut rng, password, self.kdf, self.os() >= (10, 2))
    }
}

/// Where the payloads lie and which manifest names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Manifest.mbdb, all payloads in one folder.
    Flat,
    /// Manifest.db, payloads in 256 folders.
    Folders,
}

/// A backup in memory.
struct Built {
    layout: Layout,
    payloads: Vec<(String, Vec<u8>)>,
    catalog: Vec<u8>,
    manifest: Vec<u8>,
}

impl Built {
    fn new(builder: &BackupBuilder) -> Result<Self> {
        let layout = if builder.os() < (10, 0) {
            Layout::Flat
        } else {
            Layout::Folders
        };
        let keybag = builder.keybag()?;
        let mut secrets = Secrets {
            keybag: builder.password.is_some().then_some(&keybag),
            rng: Rng::stream(builder.seed, "file keys"),
            pads_empty_files: builder.pads_empty_files,
        };

        let mut payloads = Vec::new();
        let mut described = Vec::new();
        for entry in builder.entries()? {
            let inode = 1_000 + described.len() as u64;
            let mut details = Details {
                modified: builder.manifest_at().as_second() - 3_600,
                inode,
                ..Details::default()
            };
            if let Kind::File(content) = &entry.kind {
                let stored = secrets.store(content, entry.class, &mut details)?;
                details.size = content.len() as u64;
                details.digest = entry.has_digest().then(|| sha1(&stored));
                payloads.push((entry.file_id(), stored));
            }
            described.push((entry, details));
        }

        let plain = match layout {
            Layout::Flat => {
                mbdb::database(described.iter().map(|(entry, details)| (entry, details)))
            }
            Layout::Folders => {
                let rows = described
                    .iter()
                    .map(|(entry, details)| Row::stored_as(entry, details, builder.records));
                catalog::database(&rows.collect::<Result<Vec<_>>>()?)?
            }
        };
        let (catalog, manifest_key) = match secrets.keybag {
            Some(keybag) if builder.os() >= (10, 2) => {
                let key = secrets.rng.key();
                (
                    encrypt(&key, &plain),
                    Some(keybag.wrap_for(MANIFEST_CLASS, &key)?),
                )
            }
            _ => (plain, None),
        };
        let manifest = manifest(builder, &keybag, manifest_key)?;
        Ok(Self {
            layout,
            payloads,
            catalog,
            manifest,
        })
    }

    fn write(&self, builder: &BackupBuilder, folder: &Path) -> Result<()> {
        disk::make_folder(folder)?;
        let flat = self.layout == Layout::Flat;
        if !flat && builder.empty_folders {
            for number in 0..=255_u8 {
                disk::make_folder(&folder.join(format!("{number:02x}")))?;
            }
        }
        for (name, stored) in &self.payloads {
            disk::write(&payload_path(folder, name, flat), stored)?;
        }
        let catalog = if flat { "Manifest.mbdb" } else { "Manifest.db" };
        disk::write(&folder.join(catalog), &self.catalog)?;
        disk::write(&folder.join("Manifest.plist"), &self.manifest)?;
        let status = Value::Dictionary(builder.status().plist());
        disk::write(
            &folder.join("Status.plist"),
            &encode(&status, Format::Binary)?,
        )?;
        write_info(builder, folder)
    }
}

/// Where a payload of this name lies.
pub(super) fn payload_path(folder: &Path, name: &str, flat: bool) -> PathBuf {
    if flat {
        folder.join(name)
    } else {
        folder.join(&name[..2]).join(name)
    }
}

/// What turns content into stored bytes.
struct Secrets<'a> {
    keybag: Option<&'a Keybag>,
    rng: Rng,
    pads_empty_files: bool,
}

impl Secrets<'_> {
    fn store(&mut self, content: &[u8], class: u32, details: &mut Details) -> Result<Vec<u8>> {
        let Some(keybag) = self.keybag else {
            return Ok(content.to_vec());
        };
        let key = self.rng.key();
        details.encryption_key = Some(keybag.wrap_for(class, &key)?);
        if content.is_empty() && !self.pads_empty_files {
            return Ok(Vec::new());
        }
        Ok(encrypt(&key, content))
    }
}

fn manifest(
    builder: &BackupBuilder,
    keybag: &Keybag,
    manifest_key: Option<Vec<u8>>,
) -> Result<Vec<u8>> {
    let modern = builder.os() >= (10, 0);
    let manifest = Manifest {
        ids: &builder.device(),
        name: &builder.name,
        product_type: &builder.product_type,
        os_version: &builder.os_version,
        build: &builder.build,
        date: builder.manifest_at(),
        encrypted: builder.password.is_some(),
        passcode_set: builder.passcode_set,
        keybag: &keybag.blob,
        manifest_key,
        version: if modern { "10.0" } else { "9.1" },
        system_domains_version: if modern { "24.0" } else { "20.0" },
        weight: builder.weight,
    };
    encode(&Value::Dictionary(manifest.plist()), Format::Binary)
}

fn write_info(builder: &BackupBuilder, folder: &Path) -> Result<()> {
    if builder.tool == HostTool::NoInfo {
        return Ok(());
    }
    let path = folder.join("Info.plist");
    let mut rng = Rng::stream(builder.seed, "info");
    let suffix = builder.archived.as_ref().map(|_| {
        let date = builder.completed.strftime("%b %-d, %Y, %-I:%M %p");
        format!(" - {date}")
    });
    let about = About {
        ids: &builder.device(),
        name: &builder.name,
        product_type: &builder.product_type,
        os_version: &builder.os_version,
        build: &builder.build,
        date: builder.info_at(),
        display_suffix: suffix.as_deref().unwrap_or(""),
        weight: builder.weight,
    };
    let info = info::plist(&mut rng, builder.tool, &about);
    let weight = builder.weight;
    match builder.info_format {
        Format::Binary => {
            let whole = info::whole(&info, &mut rng, weight);
            disk::write(&path, &encode(&whole, Format::Binary)?)
        }
        Format::Xml => File::create(&path)
            .and_then(|file| info::write_xml(BufWriter::new(file), &info, &mut rng, weight))
            .with_context(|| format!("cannot write {}", path.display())),
    }
}
