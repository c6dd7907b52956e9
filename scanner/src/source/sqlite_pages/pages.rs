//! The pages of a database, and that each of them is used for one thing: it is as SQLite leaves a file, whose
//! pages are all in a tree, in a chain behind a long entry, or free, and none of them twice.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::number::{Damage, OUT_OF_BOUNDS};
use super::page::{FILE_HEADER_BYTES, number_at};

/// Reads so many bytes at a position of the database.
pub(crate) type ReadAt<'a> = dyn Fn(&mut [u8], u64) -> io::Result<()> + Sync + 'a;

const UNREADABLE: Damage = "a page that cannot be read";
const TWICE: Damage = "a page that is used for two things";
const UNUSED: Damage = "a page that is used for nothing";
const NOT_AS_MAPPED: Damage = "a page that its map says something else of";
const BAD_FREE_LIST: Damage = "a list of free pages of another length than it says";

/// What is kept of each page takes 8 bytes; a list of files of four million files has fewer pages.
const PAGES_MAX: u64 = 1 << 24;
/// The page with this byte is never used: programs lock it.
const LOCKED_BYTE: u64 = 1 << 30;

/// What a page is used for, by the numbers that its map has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Root = 1,
    Free = 2,
    /// The first behind an entry of the page before it.
    Overflow = 3,
    FurtherOverflow = 4,
    Below = 5,
}

/// The pages of a database.
pub(crate) struct Pages<'a> {
    read: &'a ReadAt<'a>,
    page_bytes: usize,
    /// Without the bytes that are reserved at the end of each.
    usable: usize,
    header: [u8; FILE_HEADER_BYTES],
    /// Of each page its use, and the page that leads to it; 0 where none was found yet.
    uses: Vec<AtomicU64>,
}

impl<'a> Pages<'a> {
    /// Of a database whose header this is and which has so many bytes.
    pub(crate) fn new(
        header: [u8; FILE_HEADER_BYTES],
        bytes: u64,
        read: &'a ReadAt<'a>,
    ) -> Result<Self, Damage> {
        let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err("a page size that no database has"),
        };
        let usable = page_bytes - usize::from(header[20]);
        if usable < 480 {
            return Err("pages with no room in them");
        }
        if number_at(&header, 56)? != 1 {
            return Err("another encoding than UTF-8, which no device writes");
        }
        let count = bytes / page_bytes as u64;
        if count > PAGES_MAX {
            return Err("more pages than a list of files has");
        }
        let mut uses = Vec::new();
        uses.resize_with(count as usize, AtomicU64::default);
        Ok(Self {
            read,
            page_bytes,
            usable,
            header,
            uses,
        })
    }

    /// Bytes of a page that may be used.
    pub(super) fn usable(&self) -> usize {
        self.usable
    }

    /// Reads a page, without the bytes that are reserved at its end.
    pub(super) fn read(&self, number: u32, page: &mut Vec<u8>) -> Result<(), Damage> {
        let number = u64::from(number);
        if number == 0 || number > self.uses.len() as u64 {
            return Err(OUT_OF_BOUNDS);
        }
        page.resize(self.usable, 0);
        let at = (number - 1) * self.page_bytes as u64;
        (self.read)(page, at).map_err(|_| UNREADABLE)
    }

    /// Notes what a page is used for; one that is used already is damage.
    pub(super) fn claim(&self, number: u32, used: Use, leads: u32) -> Result<(), Damage> {
        let at = (number as usize).checked_sub(1).ok_or(OUT_OF_BOUNDS)?;
        let place = self.uses.get(at).ok_or(OUT_OF_BOUNDS)?;
        match place.swap((used as u64) << 32 | u64::from(leads), Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(TWICE),
        }
    }

    /// Claims the free pages.
    fn claim_free(&self) -> Result<(), Damage> {
        let mut page = Vec::new();
        let mut next = number_at(&self.header, 32)?;
        let mut found = 0_u64;
        while next != 0 {
            self.claim(next, Use::Free, 0)?;
            self.read(next, &mut page)?;
            let count = number_at(&page, 4)?;
            if count as usize > self.usable / 4 - 2 {
                return Err(BAD_FREE_LIST);
            }
            for nth in 0..count as usize {
                self.claim(number_at(&page, 8 + 4 * nth)?, Use::Free, 0)?;
            }
            found += 1 + u64::from(count);
            next = number_at(&page, 0)?;
        }
        if found == u64::from(number_at(&self.header, 36)?) {
            Ok(())
        } else {
            Err(BAD_FREE_LIST)
        }
    }

    /// Once every tree was walked, the last of which begins at `last_root`: is each page used, and used for
    /// what its map says, if there is one?
    pub(crate) fn finish(&self, last_root: u32) -> Result<(), Damage> {
        self.claim_free()?;
        let locked = LOCKED_BYTE / self.page_bytes as u64 + 1;
        let map = PageMap::of(self, last_root)?;
        let mut page = Vec::new();
        for (number, place) in (1_u32..).zip(&self.uses) {
            let found = place.load(Ordering::Relaxed);
            if u64::from(number) == locked || map.is_map(number) {
                if found != 0 {
                    return Err(TWICE);
                }
                if map.is_map(number) {
                    self.read(number, &mut page)?;
                }
                continue;
            }
            if found == 0 {
                return Err(UNUSED);
            }
            map.agrees(&page, number, found)?;
        }
        Ok(())
    }
}

/// Says of each page what it is used for, in databases that are to shrink by themselves: some lists of
/// files are.
struct PageMap {
    /// Pages that one page of the map tells of; `None` where there is no map.
    told: Option<u32>,
}

impl PageMap {
    fn of(pages: &Pages<'_>, last_root: u32) -> Result<Self, Damage> {
        let (root, incremental) = (number_at(&pages.header, 52)?, number_at(&pages.header, 64)?);
        let locked = LOCKED_BYTE / pages.page_bytes as u64;
        let told = match root {
            0 if incremental == 0 => None,
            // Behind the locked page the map lies otherwise.
            root if root == last_root && (pages.uses.len() as u64) < locked => {
                Some(pages.usable as u32 / 5)
            }
            _ => return Err(NOT_AS_MAPPED),
        };
        Ok(Self { told })
    }

    /// Is this a page of the map? The first is the second page, and tells of those behind it.
    fn is_map(&self, number: u32) -> bool {
        number >= 2
            && self
                .told
                .is_some_and(|told| (number - 2).is_multiple_of(told + 1))
    }

    /// Does the page of the map before this page say the same of it?
    fn agrees(&self, map: &[u8], number: u32, found: u64) -> Result<(), Damage> {
        let Some(told) = self.told.filter(|_| number >= 2) else {
            return Ok(());
        };
        let nth = (number - 2) % (told + 1) - 1;
        let at = 5 * nth as usize;
        let used = u64::from(*map.get(at).ok_or(OUT_OF_BOUNDS)?);
        if used << 32 | u64::from(number_at(map, at + 1)?) == found {
            Ok(())
        } else {
            Err(NOT_AS_MAPPED)
        }
    }
}
