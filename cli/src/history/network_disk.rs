//! Does a path lie on a network disk? SQLite's locks and its write-ahead log do not hold there.
//!
//! On Linux /proc/self/mountinfo says so, on Windows the path itself (`\\server\share`, which a
//! mapped drive resolves to). Elsewhere every disk counts as local; the busy
//! timeout and the checks at the opening are what is left there (docs/history.md).

use std::path::{Component, Path, PathBuf, Prefix};

/// Kinds of file systems whose files live on another computer, as mountinfo spells them.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse.afpfs",
    "fuse.ceph",
    "fuse.curlftpfs",
    "fuse.davfs2",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.goofys",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.smbnetfs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "smb2",
    "smb3",
    "smbfs",
    "virtiofs",
];

/// The kind of network disk that a path lies on, or would if it existed; `None` for a local one.
pub(super) fn network_disk(path: &Path) -> Option<String> {
    let real = nearest_existing(path)?;
    if is_unc(&real) {
        return Some("smb".to_owned());
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = kind_of(&mounts, &real)?;
    NETWORK.contains(&kind).then(|| kind.to_owned())
}

/// The path itself, or the folder nearest to it that exists, resolved.
fn nearest_existing(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    absolute
        .ancestors()
        .find_map(|ancestor| ancestor.canonicalize().ok())
}

fn is_unc(path: &Path) -> bool {
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return false;
    };
    matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
}

/// The file system of the mount that a path lies below. Of several at one place the last covers
/// the others.
fn kind_of<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let covering = mounts
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| path.starts_with(point));
    let nearest = covering.max_by_key(|(point, _)| point.as_os_str().len());
    nearest.map(|(_, kind)| kind)
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`: the fifth field, and the first
/// after the dash.
fn mount(line: &str) -> Option<(PathBuf, &str)> {
    let (fields, rest) = line.split_once(" - ")?;
    let point = fields.split(' ').nth(4)?;
    Some((PathBuf::from(unescaped(point)), rest.split(' ').next()?))
}

/// The kernel writes blanks, tabs, line breaks and backslashes in names as `\040`, `\011`, `\012`, `\134`.
fn unescaped(text: &str) -> String {
    const ESCAPES: [(&str, &str); 4] = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    ESCAPES
        .iter()
        .fold(text.to_owned(), |text, (escape, plain)| {
            text.replace(escape, plain)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:26 / /home rw,relatime shared:2 - nfs4 files:/home rw,vers=4.2
31 30 0:27 / /home/anna rw - ext4 /dev/sdb1 rw
32 22 0:28 / /mnt/My\\040Share rw - cifs //files/share rw
33 22 0:29 / /mnt/ssh rw master:3 propagate_from:2 - fuse.sshfs u@h: rw
34 22 0:30 / /mnt/twice rw - nfs a:/ rw
35 22 0:31 / /mnt/twice rw - xfs /dev/sdc1 rw
cut off
";

    #[track_caller]
    fn check(path: &str, kind: &str) {
        assert_eq!(kind_of(MOUNTS, Path::new(path)), Some(kind), "{path}");
    }

    #[test]
    fn the_nearest_mount_decides() {
        check("/var/lib/fleetback", "ext4");
        check("/home", "nfs4");
        check("/home/ben/x", "nfs4");
        check("/homes/ben", "ext4");
        check("/home/anna/x", "ext4");
        check("/mnt/My Share/x", "cifs");
        check("/mnt/My", "ext4");
        check("/mnt/ssh/a", "fuse.sshfs");
        check("/mnt/twice/a", "xfs");
        assert_eq!(kind_of("", Path::new("/x")), None);
    }

    #[test]
    fn the_list_is_sorted_and_this_disk_is_local() {
        assert!(NETWORK.is_sorted());
        let here = tempfile::tempdir().unwrap();
        let deep = here.path().join("not/there/yet");
        let kind = network_disk(&deep);
        let listed = kind.as_deref().is_none_or(|kind| NETWORK.contains(&kind));
        assert!(listed, "{kind:?}");
    }
}
