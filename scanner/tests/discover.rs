//! What discovery makes of trees: which folders are backups, whose they are, and what is told of the rest.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its tree ends here"
)]

mod common;

use std::path::PathBuf;

use common::{NEW, Tree, fill};
use fleetback_scanner::discover::documents::documents;
use fleetback_scanner::discover::roots::{Discovery, discover};
use fleetback_scanner::work::progress::Silent;

fn search(tree: &Tree, roots: &[&str]) -> Discovery {
    let roots: Vec<PathBuf> = roots.iter().map(|root| tree.path(&fill(root))).collect();
    discover(&roots, "here", &Silent)
}

fn build(lines: &[&str]) -> Tree {
    let lines: Vec<String> = lines.iter().map(|line| fill(line)).collect();
    Tree::new(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn filled(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| fill(line)).collect()
}

/// Builds a tree, searches `roots`, and compares "host path" of the backups and the problems told.
#[track_caller]
fn check(lines: &[&str], roots: &[&str], backups: &[&str], told: &[&str]) {
    let tree = build(lines);
    let found = search(&tree, roots);
    let got: Vec<String> = found
        .backups
        .iter()
        .map(|backup| format!("{} {}", backup.host, tree.short(&backup.path)))
        .collect();
    assert_eq!(got, filled(backups), "backups");
    assert_eq!(tree.told(&found.problems), filled(told), "problems");
}

#[test]
fn a_root_is_one_backup() {
    check(&["{NEW}/Info.plist"], &["{NEW}"], &["here {NEW}"], &[]);
    check(&["phone/Manifest.db"], &["phone"], &["here phone"], &[]);
}

#[test]
fn a_root_is_a_location() {
    check(
        &[
            "Backup/{NEW}/",
            "Backup/{OLD}/",
            "Backup/{NEW}-20220907-105238/",
            "Backup/{OLD}-20220907-105238/",
        ],
        &["Backup"],
        &[
            "here Backup/{NEW}",
            "here Backup/{NEW}-20220907-105238",
            "here Backup/{OLD}",
            "here Backup/{OLD}-20220907-105238",
        ],
        &[],
    );
    check(
        &["MobileSync/Backup/{NEW}/"],
        &["MobileSync"],
        &["here MobileSync/Backup/{NEW}"],
        &[],
    );
}

#[test]
fn a_root_is_a_home() {
    check(
        &["anna/{FINDER}/{NEW}/"],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["ben/{ITUNES}/{NEW}/", "ben/{DEVICES}/{OLD}/"],
        &["ben"],
        &["here ben/{ITUNES}/{NEW}", "here ben/{DEVICES}/{OLD}"],
        &[],
    );
}

#[test]
fn nothing_else_of_a_home_is_searched() {
    check(
        &["anna/Library/Application Support/", "anna/Pictures/{NEW}/"],
        &["anna"],
        &[],
        &["note anna: a folder that was searched and holds no backups"],
    );
}

#[test]
fn a_root_is_a_folder_of_homes() {
    check(
        &[
            "Users/anna/{FINDER}/{NEW}/",
            "Users/ben/{DEVICES}/{OLD}/",
            "Users/Shared/readme.txt",
        ],
        &["Users"],
        &[
            "here Users/anna/{FINDER}/{NEW}",
            "here Users/ben/{DEVICES}/{OLD}",
        ],
        &[],
    );
}

#[test]
fn a_root_is_a_whole_disk() {
    check(
        &[
            "disk/System/{OLD}/",
            "disk/Library/Application Support/Apple/",
            "disk/Users/anna/{FINDER}/{NEW}/",
            "disk/Old phones/{NEW2}/",
        ],
        &["disk"],
        &[
            "here disk/Old phones/{NEW2}",
            "here disk/Users/anna/{FINDER}/{NEW}",
        ],
        &[],
    );
}

#[test]
fn a_root_is_a_share_of_hosts() {
    check(
        &[
            "share/mac-1/Users/anna/{FINDER}/{NEW}/",
            "share/pc-2/Users/ben/{ITUNES}/{NEW}/",
            "share/pc-3/MobileSync/Backup/{NEW}/",
            "share/pi-4/{NEW}/",
            "share/pi-4/{OLD}/",
            "share/readme.txt",
        ],
        &["share"],
        &[
            "mac-1 share/mac-1/Users/anna/{FINDER}/{NEW}",
            "pc-2 share/pc-2/Users/ben/{ITUNES}/{NEW}",
            "pc-3 share/pc-3/MobileSync/Backup/{NEW}",
            "pi-4 share/pi-4/{NEW}",
            "pi-4 share/pi-4/{OLD}",
        ],
        &[],
    );
}

#[test]
fn the_parts_of_one_host_are_not_hosts() {
    check(
        &["top/Users/anna/{FINDER}/{NEW}/"],
        &["top"],
        &["here top/Users/anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["top/old/{NEW}/", "top/{OLD}/"],
        &["top"],
        &["here top/{OLD}", "here top/old/{NEW}"],
        &[],
    );
}

#[test]
fn a_renamed_backup_is_told_from_an_app_bundle() {
    check(
        &[
            "root/Anna's old phone/Info.plist",
            "root/Anna's old phone/Status.plist",
            "root/iOS 9/Manifest.mbdb",
            "root/half done/Info.plist",
            "root/half done/Snapshot/",
            "root/Tool.app/Contents/Info.plist",
            "root/enterprise/Manifest.plist",
        ],
        &["root"],
        &[
            "here root/Anna's old phone",
            "here root/half done",
            "here root/iOS 9",
        ],
        &[
            "note root/Tool.app: a folder that holds nothing of a backup",
            "note root/enterprise: a folder that holds nothing of a backup",
        ],
    );
}

#[test]
fn what_lies_beside_backups_is_told_for_what_it_is() {
    check(
        &[
            "Backup/{NEW}/Info.plist",
            "Backup/.DS_Store",
            "Backup/desktop.ini",
            "Backup/Thumbs.db",
            "Backup/._Info.plist",
            "Backup/a.txt",
            "Backup/b.zip",
            "Backup/iMazing.Versions/Versions/{OLD}/Info.plist",
            "Backup/_unback_/{OLD}/Info.plist",
            "Backup/empty/",
        ],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[
            "note Backup: 2 files beside them: a.txt, b.zip",
            "note Backup/_unback_: files that idevicebackup2 unpacked from a backup; not a backup",
            "note Backup/empty: a folder that holds nothing of a backup",
            "note Backup/iMazing.Versions: iMazing's own snapshots of earlier backups, which Apple's tools cannot restore; not read",
        ],
    );
}

#[test]
fn many_folders_beside_a_backup_are_counted() {
    let folders: Vec<String> = (0..22).map(|n| format!("Backup/f{n:02}/")).collect();
    let mut lines = vec!["Backup/{NEW}/Info.plist"];
    lines.extend(folders.iter().map(String::as_str));
    let tree = build(&lines);
    let found = search(&tree, &["Backup"]);
    let told = tree.told(&found.problems);
    assert_eq!(told.len(), 21);
    assert_eq!(
        told[0],
        "note Backup: 2 more folders that hold nothing of a backup"
    );
}

#[test]
fn backups_are_not_entered() {
    check(
        &[
            "Backup/{NEW}/{OLD}/Info.plist",
            "Backup/{NEW}/Snapshot/Manifest.db",
        ],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[],
    );
}

#[test]
fn a_root_that_is_missing_or_no_folder() {
    check(&[], &["gone"], &[], &["incomplete gone: no such folder"]);
    check(
        &["devices.csv"],
        &["devices.csv"],
        &[],
        &["incomplete devices.csv: not a folder"],
    );
    check(
        &["root -> gone"],
        &["root"],
        &[],
        &["incomplete root: a link that leads nowhere"],
    );
    check(
        &["file", "root -> file"],
        &["root"],
        &[],
        &["incomplete root: not a folder"],
    );
}

#[test]
fn an_empty_root_is_searched_and_said_so() {
    check(
        &["root/"],
        &["root"],
        &[],
        &["note root: a folder that was searched and holds no backups"],
    );
    check(
        &["Users/anna/{FINDER}/", "Users/ben/{FINDER}/{NEW}/"],
        &["Users"],
        &["here Users/ben/{FINDER}/{NEW}"],
        &["note Users/anna/{FINDER}: a folder for backups with none in it"],
    );
}

#[test]
fn a_link_at_the_root_at_a_location_and_at_a_backup_is_followed() {
    check(
        &["disk/{NEW}/", "root -> disk"],
        &["root"],
        &["here root/{NEW}"],
        &[],
    );
    check(
        &[
            "disk/{NEW}/",
            "anna/Library/Application Support/MobileSync/Backup -> ../../../../disk",
        ],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["disk/{NEW}/", "share/pc/MobileSync/Backup -> ../../../disk"],
        &["share"],
        &["pc share/pc/MobileSync/Backup/{NEW}"],
        &[],
    );
    check(
        &["disk/phone/Info.plist", "Backup/{NEW} -> ../disk/phone"],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[],
    );
    check(
        &["disk/{NEW}/", "Backup/phone -> ../disk/{NEW}"],
        &["Backup"],
        &["here Backup/phone"],
        &[],
    );
}

#[test]
fn a_link_to_a_volume_that_is_not_there_is_missing_evidence() {
    check(
        &["anna/Library/Application Support/MobileSync/Backup -> /nowhere/at/all"],
        &["anna"],
        &[],
        &["incomplete anna/{FINDER}: a link to /nowhere/at/all that leads nowhere"],
    );
    check(
        &["Backup/{NEW} -> gone"],
        &["Backup"],
        &[],
        &["incomplete Backup/{NEW}: a link to gone that leads nowhere"],
    );
}

#[test]
fn any_other_link_is_named() {
    check(
        &[
            "root/{NEW}/",
            "else/{OLD}/",
            "root/more -> ../else",
            "root/gone -> nowhere",
        ],
        &["root"],
        &["here root/{NEW}"],
        &[
            "note root/gone: a link to nowhere; links are not followed here",
            "note root/more: a link to ../else; links are not followed here",
        ],
    );
}

#[test]
fn loops_end() {
    check(
        &["share/pc/{NEW}/", "share/pc/MobileSync/Backup -> ../.."],
        &["share"],
        &["pc share/pc/{NEW}"],
        &[
            "note share/pc/MobileSync/Backup: a folder that another path led to already; it is read once",
        ],
    );
    check(
        &[
            "top/share/pc/{NEW}/",
            "top/share/pc/MobileSync/Backup -> ../../..",
        ],
        &["top/share"],
        &["pc top/share/pc/{NEW}"],
        &[
            "note top/share/pc/MobileSync/Backup/share/pc/{NEW}: the same folder as top/share/pc/{NEW}, which is read once",
            "note top/share/pc/MobileSync/Backup/share/pc/MobileSync/Backup: a folder that another path led to already; it is read once",
        ],
    );
    check(
        &["root/{NEW}/", "root/MobileSync/Backup -> Backup"],
        &["root"],
        &["here root/{NEW}"],
        &["incomplete root/MobileSync/Backup: a link to Backup that leads nowhere"],
    );
}

#[test]
fn one_folder_reached_twice_is_read_once() {
    check(
        &["Users/anna/{FINDER}/{NEW}/"],
        &["Users", "Users/anna"],
        &["here Users/anna/{FINDER}/{NEW}"],
        &["note Users/anna/{FINDER}/{NEW}: a folder that lies below two roots; it is read once"],
    );
    check(
        &["Backup/{NEW}/", "Backup/{NEW2} -> {NEW}"],
        &["Backup"],
        &["here Backup/{NEW}"],
        &["note Backup/{NEW2}: the same folder as Backup/{NEW}, which is read once"],
    );
}

#[test]
fn the_number_of_backups_below_each_root() {
    let tree = build(&["a/{NEW}/", "a/{OLD}/", "b/"]);
    let found = search(&tree, &["a", "b", "gone"]);
    let seen: Vec<u64> = found.roots.iter().map(|root| root.backups).collect();
    assert_eq!(seen, [2, 0, 0]);
}

#[test]
fn hosts_and_the_folders_that_tell_their_volumes() {
    let tree = build(&["share/pc-1/{NEW}/", "share/pc-2/MobileSync/Backup/"]);
    let found = search(&tree, &["share"]);
    let hosts: Vec<_> = found
        .hosts
        .iter()
        .map(|host| (host.name.as_str(), host.folders.clone()))
        .collect();
    let want = [
        ("pc-1", vec![tree.path("share/pc-1")]),
        ("pc-2", vec![tree.path("share/pc-2/MobileSync/Backup")]),
    ];
    assert_eq!(hosts, want);
}

#[test]
fn a_tree_too_deep_is_told() {
    let deep = "root/1/2/3/4/5/6/7/8/";
    check(
        &[&format!("{deep}file"), "root/{NEW}/"],
        &["root"],
        &["here root/{NEW}"],
        &["note root/1: a folder that holds nothing of a backup"],
    );
    check(
        &[&format!("{deep}{{OLD}}/")],
        &["root"],
        &[],
        &[
            "note root: a folder that was searched and holds no backups",
            "note root: 1 folder 8 levels deep, with folders in it that were not searched: 8",
        ],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_hard() {
    use std::os::unix::ffi::OsStrExt;
    let tree = build(&[
        "Backup/line\nbreak/Manifest.db",
        "Backup/<script>/Manifest.db",
        "Backup/=cmd|calc/Manifest.db",
    ]);
    let bytes = std::ffi::OsStr::from_bytes(b"Backup/\xff\xfe");
    std::fs::create_dir_all(tree.root().join(bytes)).unwrap();
    std::fs::write(tree.root().join(bytes).join("Manifest.db"), "").unwrap();
    let found = search(&tree, &["Backup"]);
    let names: Vec<&str> = found
        .backups
        .iter()
        .map(|backup| backup.folder_name.as_str())
        .collect();
    assert_eq!(
        names,
        ["<script>", "=cmd|calc", "line\nbreak", "\u{fffd}\u{fffd}"]
    );
    assert_eq!(tree.told(&found.problems), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn fifos_and_sockets_hang_nobody() {
    let tree = build(&["Backup/{NEW}/", "papers/a.plist"]);
    fleetback_testdata::disk::make_fifo(&tree.path("Backup/fifo")).unwrap();
    fleetback_testdata::disk::make_fifo(&tree.path("papers/fifo")).unwrap();
    fleetback_testdata::disk::make_socket(&tree.path("papers/socket")).unwrap();
    let found = search(&tree, &["Backup"]);
    assert_eq!(
        tree.told(&found.problems),
        ["note Backup: 1 file beside them: fifo"]
    );
    let (found, problems) = documents(&[tree.path("papers")]);
    assert_eq!(found, [tree.path("papers/a.plist")]);
    let words = "not a regular file (a FIFO, a socket or a device)";
    assert_eq!(
        tree.told(&problems),
        [
            format!("note papers/fifo: {words}"),
            format!("note papers/socket: {words}")
        ]
    );
    assert!(search(&tree, &["Backup/fifo"]).problems[0].found == "not a folder");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_never_a_folder_without_backups() {
    let tree = build(&["Users/anna/{FINDER}/{NEW}/", "Users/ben/{FINDER}/{NEW2}/"]);
    let closed = tree.path(&fill("Users/ben/{FINDER}"));
    fleetback_testdata::disk::forbid(&closed).unwrap();
    if std::fs::read_dir(&closed).is_ok() {
        eprintln!("skipped: this user (root) may read every folder");
        return;
    }
    let found = search(&tree, &["Users"]);
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(found.backups.len(), 1);
    assert_eq!(
        tree.told(&found.problems),
        filled(&["incomplete Users/ben/{FINDER}: permission denied"])
    );
}

#[test]
fn a_dot_has_the_name_of_the_real_folder() {
    let tree = build(&["{NEW}/Info.plist"]);
    let root = tree.path(NEW).join("..").join(NEW).join(".");
    let found = discover(&[root], "here", &Silent);
    assert_eq!(found.backups[0].folder_name, NEW);
    let below = tree.path(NEW).join("00");
    std::fs::create_dir(&below).unwrap();
    let found = discover(&[below.join("..")], "here", &Silent);
    assert_eq!(found.backups[0].folder_name, NEW);
    assert!(found.backups[0].name.is_some());
}

#[test]
fn searching_leaves_no_trace() {
    let tree = build(&[
        "share/a/{NEW}/Info.plist",
        "share/b/Users/anna/{FINDER}/{NEW2}/Manifest.db",
        "papers/a.plist",
    ]);
    let before = tree.listing();
    let found = search(&tree, &["share"]);
    let (papers, _) = documents(&[tree.path("papers")]);
    assert_eq!((found.backups.len(), papers.len()), (2, 1));
    assert_eq!(tree.listing(), before);
}

#[track_caller]
fn check_documents(lines: &[&str], paths: &[&str], want: &[&str], told: &[&str]) {
    let tree = build(lines);
    let paths: Vec<PathBuf> = paths.iter().map(|path| tree.path(path)).collect();
    let (found, problems) = documents(&paths);
    let found: Vec<String> = found.iter().map(|path| tree.short(path)).collect();
    assert_eq!(found, filled(want));
    assert_eq!(tree.told(&problems), filled(told));
}

#[test]
fn documents_below_files_and_folders() {
    check_documents(
        &[
            "mdm/b.plist",
            "mdm/sub/a.json",
            "mdm/.hidden",
            "mdm/.git/config",
            "mdm/Thumbs.db",
            "x.csv",
        ],
        &["mdm", "x.csv"],
        &["mdm/b.plist", "mdm/sub/a.json", "x.csv"],
        &[],
    );
    check_documents(
        &["mdm/a.plist"],
        &["mdm", "mdm/a.plist"],
        &["mdm/a.plist"],
        &[],
    );
    check_documents(&["mdm/"], &["mdm"], &[], &[]);
    check_documents(&[], &["gone"], &[], &["incomplete gone: no such folder"]);
    check_documents(
        &["real.plist", "mdm/a -> ../real.plist"],
        &["mdm"],
        &[],
        &["note mdm/a: a link; links among MDM exports are not followed"],
    );
    check_documents(
        &["real/a.plist", "mdm -> real"],
        &["mdm"],
        &["mdm/a.plist"],
        &[],
    );
    check_documents(
        &["mdm/{NEW}/Manifest.db", "mdm/{OLD}/TokenUpdate.plist"],
        &["mdm"],
        &["mdm/{OLD}/TokenUpdate.plist"],
        &["note mdm/{NEW}: a local backup"],
    );
}
