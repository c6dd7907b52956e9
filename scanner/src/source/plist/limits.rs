//! How deep and how large would the tree of a property list be? Asked before a tree is built.
//!
//! A tree is dropped by recursion in the parser's crate: a megabyte of nested `<array>` ends the
//! process, and no handler catches that. A binary list can also hold one object in many places, so
//! that a few hundred bytes stand for 2^60 values. Both are detected here, without recursion.

use memchr::{memchr, memchr3, memmem};

use super::binary::{Object, Objects, Refs};

/// Deeper than any real list by a factor of 40.
const DEPTH_MAX: usize = 512;
/// Bytes that a tree may take beyond a small multiple of its file.
const TREE_BYTES_MAX: u64 = 128 << 20;
/// What one value of a tree costs, at least.
const NODE_BYTES: u64 = 64;

const TOO_DEEP: &str = "a property list nested more than 512 deep";
const TOO_LARGE: &str = "a property list of unreasonably many values";
const DAMAGED_XML: &str = "damaged or cut-off XML";
const DAMAGED_BINARY: &str = "a damaged or cut-off binary property list";

fn tree_bytes_max(file_bytes: usize) -> u64 {
    TREE_BYTES_MAX + 4 * file_bytes as u64
}

/// Refuses XML whose tree would be too deep or too large; counts tags, checks nothing else.
pub(crate) fn check_xml(text: &[u8]) -> Result<(), &'static str> {
    let mut depth = 0_usize;
    let mut weight = 0_u64;
    let mut rest = text;
    while let Some(start) = memchr(b'<', rest) {
        let (tag, after) = take_tag(&rest[start + 1..])?;
        rest = after;
        match tag {
            Tag::Open => {
                depth += 1;
                weight += NODE_BYTES;
            }
            Tag::Close => depth = depth.saturating_sub(1),
            Tag::Empty => weight += NODE_BYTES,
            Tag::None => {}
        }
        if depth > DEPTH_MAX {
            return Err(TOO_DEEP);
        }
        if weight > tree_bytes_max(text.len()) {
            return Err(TOO_LARGE);
        }
    }
    Ok(())
}

/// A piece of markup, as far as nesting goes.
pub(crate) enum Tag {
    Open,
    Close,
    Empty,
    /// A comment, a declaration.
    None,
}

/// Splits one piece of markup off; `rest` begins after its `<`.
pub(crate) fn take_tag(rest: &[u8]) -> Result<(Tag, &[u8]), &'static str> {
    match rest.first() {
        Some(b'?') => skip_past(rest, b"?>"),
        Some(b'!') if rest.starts_with(b"!--") => skip_past(&rest[3..], b"-->"),
        Some(b'!') if rest.starts_with(b"![CDATA[") => Err("XML with CDATA sections"),
        Some(b'!') => skip_doctype(rest),
        Some(b'/') => take_closing(rest),
        _ => take_element(rest),
    }
}

fn skip_past<'a>(rest: &'a [u8], end: &[u8]) -> Result<(Tag, &'a [u8]), &'static str> {
    let at = memmem::find(rest, end).ok_or(DAMAGED_XML)?;
    Ok((Tag::None, &rest[at + end.len()..]))
}

/// A DOCTYPE with declarations of its own, or with brackets inside its quotes, could hide markup
/// from this count that the parser sees. No property list needs either.
fn skip_doctype(rest: &[u8]) -> Result<(Tag, &[u8]), &'static str> {
    let end = memchr(b'>', rest).ok_or(DAMAGED_XML)?;
    let body = &rest[..end];
    let quotes = |quote: u8| memchr::memchr_iter(quote, body).count();
    let plain = memchr3(b'[', b'<', b']', body).is_none()
        && quotes(b'"').is_multiple_of(2)
        && quotes(b'\'').is_multiple_of(2);
    if plain {
        Ok((Tag::None, &rest[end + 1..]))
    } else {
        Err("XML with a document type of its own")
    }
}

/// A closing tag. It is short: looking at each letter is quicker than calling for help.
fn take_closing(rest: &[u8]) -> Result<(Tag, &[u8]), &'static str> {
    let end = rest.iter().position(|byte| *byte == b'>');
    let end = end.ok_or(DAMAGED_XML)?;
    Ok((Tag::Close, &rest[end + 1..]))
}

/// An opening tag; a `>` inside quotes does not end it.
fn take_element(rest: &[u8]) -> Result<(Tag, &[u8]), &'static str> {
    let mut at = 0;
    loop {
        let found = rest[at..]
            .iter()
            .position(|byte| matches!(byte, b'>' | b'"' | b'\''));
        let found = at + found.ok_or(DAMAGED_XML)?;
        if rest[found] == b'>' {
            let empty = found > 0 && rest[found - 1] == b'/';
            let tag = if empty { Tag::Empty } else { Tag::Open };
            return Ok((tag, &rest[found + 1..]));
        }
        let closing = memchr(rest[found], &rest[found + 1..]).ok_or(DAMAGED_XML)?;
        at = found + closing + 2;
    }
}

/// What is known of an object: nothing, that we are inside it, or what its tree weighs.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    Open,
    Done { depth: u16, weight: u64 },
}

/// A container on the way down.
struct Frame<'a> {
    index: usize,
    first: Refs<'a>,
    second: Option<Refs<'a>>,
    next: usize,
    depth: u16,
    weight: u64,
}

impl Frame<'_> {
    fn child(&mut self) -> Option<usize> {
        let position = self.next;
        self.next += 1;
        match self.first.get(position) {
            Some(index) => Some(index),
            None => self.second?.get(position - self.first.len()),
        }
    }
}

/// Refuses a binary list whose tree would be too deep or too large, that holds itself, or whose
/// objects lie outside the file. Each object is looked at once, however often it is shared.
pub(crate) fn check_binary(bytes: &[u8]) -> Result<(), &'static str> {
    let objects = Objects::open(bytes).ok_or(DAMAGED_BINARY)?;
    let weight_max = tree_bytes_max(bytes.len());
    if objects.count as u64 * NODE_BYTES / 4 > weight_max {
        return Err(TOO_LARGE);
    }
    let mut known = vec![Known::Nothing; objects.count];
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut entering = Some(objects.top);
    loop {
        if let Some(index) = entering.take() {
            match *known.get(index).ok_or(DAMAGED_BINARY)? {
                Known::Open => return Err("a property list that holds itself"),
                Known::Done { depth, weight } => weigh(&mut frames, depth, weight, weight_max)?,
                Known::Nothing => {
                    let object = objects.get(index).ok_or(DAMAGED_BINARY)?;
                    match frame_of(index, object) {
                        Ok(frame) => {
                            known[index] = Known::Open;
                            frames.push(frame);
                        }
                        Err(weight) => {
                            known[index] = Known::Done { depth: 1, weight };
                            weigh(&mut frames, 1, weight, weight_max)?;
                        }
                    }
                }
            }
        }
        if frames.len() > DEPTH_MAX {
            return Err(TOO_DEEP);
        }
        let Some(frame) = frames.last_mut() else {
            return Ok(());
        };
        entering = frame.child();
        if entering.is_none() {
            let (index, depth, weight) = (frame.index, frame.depth + 1, frame.weight);
            known[index] = Known::Done { depth, weight };
            frames.pop();
            weigh(&mut frames, depth, weight, weight_max)?;
        }
    }
}

/// A container as a frame, anything else as its weight.
fn frame_of(index: usize, object: Object<'_>) -> Result<Frame<'_>, u64> {
    let (first, second) = match object {
        Object::Array(items) => (items, None),
        Object::Dictionary(keys, values) => (keys, Some(values)),
        Object::Data(bytes) | Object::Ascii(bytes) => return Err(NODE_BYTES + bytes.len() as u64),
        Object::Utf16(bytes) => return Err(NODE_BYTES + 2 * bytes.len() as u64),
        _ => return Err(NODE_BYTES),
    };
    Ok(Frame {
        index,
        first,
        second,
        next: 0,
        depth: 0,
        weight: NODE_BYTES,
    })
}

/// Adds a finished object to the container that holds it.
fn weigh(
    frames: &mut [Frame<'_>],
    depth: u16,
    weight: u64,
    weight_max: u64,
) -> Result<(), &'static str> {
    let above = frames.len();
    if let Some(frame) = frames.last_mut() {
        frame.depth = frame.depth.max(depth);
        frame.weight = frame.weight.saturating_add(weight);
        if frame.weight > weight_max {
            return Err(TOO_LARGE);
        }
    }
    if above + usize::from(depth) > DEPTH_MAX {
        return Err(TOO_DEEP);
    }
    Ok(())
}
