//! The newest iCloud backup that each run was told of, packed: one row for each device and week.
//!
//! It changes in nearly every run, and a row for each change would be most of what the store holds and of
//! what a run reads. The rows of a week lie together: a run writes one stretch, and what is too old goes as one.

use std::collections::HashMap;

use rusqlite::{Connection, Transaction, params};

use super::error::Cause;

/// In milliseconds.
const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

/// Of a number: milliseconds since 1970, big-endian.
const NUMBER_BYTES: usize = 6;

/// The first run, the last run, the date.
const SPAN_BYTES: usize = 3 * NUMBER_BYTES;

/// A date that every run from `since` to `until` was told of; all three in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: i64,
    pub(super) until: i64,
    pub(super) date: i64,
}

/// The week of an instant in milliseconds.
pub(super) fn week(at: i64) -> i64 {
    at.div_euclid(WEEK)
}

/// Hands every span of a series that ends at an instant or later to `take`, with its device; those of a
/// device oldest first.
pub(super) fn each(
    connection: &Connection,
    job: i64,
    limit: i64,
    mut take: impl FnMut(i64, Span),
) -> Result<(), Cause> {
    let mut statement = connection.prepare(
        "SELECT device, spans FROM icloud_weeks WHERE job = ?1 AND week >= ?2 ORDER BY week, device",
    )?;
    let mut rows = statement.query([job, week(limit)])?;
    while let Some(row) = rows.next()? {
        let device = row.get(0)?;
        let spans: Vec<u8> = row.get(1)?;
        for span in unpacked(&spans).filter(|span| span.until >= limit) {
            take(device, span);
        }
    }
    Ok(())
}

/// Writes what one run was told.
pub(super) struct IcloudWriter<'a> {
    transaction: &'a Transaction<'a>,
    job: i64,
    /// The run, and the one before.
    at: i64,
    last: i64,
    /// What this week holds already.
    known: HashMap<i64, Vec<u8>>,
}

impl<'a> IcloudWriter<'a> {
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        job: i64,
        at: i64,
        last: i64,
    ) -> Result<Self, Cause> {
        let mut statement = transaction
            .prepare("SELECT device, spans FROM icloud_weeks WHERE job = ?1 AND week = ?2")?;
        let rows = statement.query_map([job, week(at)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            transaction,
            job,
            at,
            last,
            known: rows.collect::<Result<_, _>>()?,
        })
    }

    /// The date that is known of a device now.
    pub(super) fn device(&mut self, id: i64, date: i64) -> Result<(), Cause> {
        let known = self.known.remove(&id).unwrap_or_default();
        let mut spans: Vec<Span> = unpacked(&known).collect();
        // A series that branched off has what came after.
        spans.retain(|span| span.since <= self.last);
        match spans.last_mut() {
            Some(span) if span.until >= self.last && span.date == date => span.until = self.at,
            _ => spans.push(Span {
                since: self.at,
                until: self.at,
                date,
            }),
        }
        let mut insert = self.transaction.prepare_cached(
            "INSERT OR REPLACE INTO icloud_weeks (job, week, device, spans) VALUES (?1, ?2, ?3, ?4)",
        )?;
        insert.execute(params![self.job, week(self.at), id, packed(&spans)])?;
        Ok(())
    }
}

/// A number that does not fit is of no year that a report can speak of: its span is left out.
fn packed(spans: &[Span]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(spans.len() * SPAN_BYTES);
    let fits = |number: &i64| (0..1 << (8 * NUMBER_BYTES)).contains(number);
    for span in spans {
        let numbers = [span.since, span.until, span.date];
        if numbers.iter().all(fits) {
            for number in numbers {
                bytes.extend_from_slice(&number.to_be_bytes()[8 - NUMBER_BYTES..]);
            }
        }
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> impl Iterator<Item = Span> + '_ {
    bytes.chunks_exact(SPAN_BYTES).map(|span| {
        let (since, rest) = span.split_at(NUMBER_BYTES);
        let (until, date) = rest.split_at(NUMBER_BYTES);
        Span {
            since: number(since),
            until: number(until),
            date: number(date),
        }
    })
}

fn number(bytes: &[u8]) -> i64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let span = |since, until, date| Span { since, until, date };
        let spans = [span(0, 1, 2), span(1_795_060_800_000, (1 << 48) - 1, 3)];
        let whole = packed(&spans);
        assert_eq!(unpacked(&whole).collect::<Vec<_>>(), spans);
        let torn = &whole[..whole.len() - 1];
        assert_eq!(unpacked(torn).collect::<Vec<_>>(), spans[..1]);
        assert!(packed(&[span(-1, 1, 2), span(0, 1 << 48, 2)]).is_empty());
    }
}
