//! Rows of damaged database files: whatever table leaf pages still hold, in the file and in the
//! write-ahead log.
//!
//! Pages are read one by one, so that a fault in one hides no other, and a frame of the log that SQLite
//! no longer follows is read all the same. What comes out is only bytes in columns: whoever asks checks
//! them. Does not write, and trusts no length that it reads.

use crate::store::PAGE_BYTES;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Blob(Vec<u8>),
    Text(String),
    /// A real number, or a text that is not UTF-8: in none of our columns.
    Other,
}

/// The rows of every leaf page, oldest copy first. Read once for each size of page that a store of ours was ever made with:
/// the header, which says it, may be what is damaged. What is no page of that size reads as rows that do not verify.
pub(super) fn rows(file: &[u8], wal: &[u8]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for page_bytes in PAGE_SIZES {
        let pages = Pages::of(file, wal, page_bytes);
        let in_file = (1..).zip(file.chunks_exact(page_bytes));
        for (number, page) in in_file.chain(frames(wal, page_bytes)) {
            rows.extend(leaf_rows(&pages, page, if number == 1 { 100 } else { 0 }));
        }
    }
    rows
}

/// SQLite's default, before stores had small pages; and that of stores that are made now.
const PAGE_SIZES: [usize; 2] = [4096, PAGE_BYTES];
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const LEAF: u8 = 0x0d;
/// A record in our tables is an op of at most 16 KiB with its header, or less.
const MAX_RECORD: usize = 1 << 20;

/// The frames of a write-ahead log: page number and image.
fn frames(wal: &[u8], page_bytes: usize) -> impl Iterator<Item = (u32, &[u8])> {
    let frames = wal.get(WAL_HEADER..).unwrap_or_default().chunks_exact(FRAME_HEADER + page_bytes);
    frames.map(|frame| (be32(frame, 0).unwrap_or_default(), &frame[FRAME_HEADER..]))
}

/// Every image of a page, the newest last.
struct Pages<'a> {
    file: &'a [u8],
    wal: Vec<(u32, &'a [u8])>,
    page_bytes: usize,
}

impl<'a> Pages<'a> {
    fn of(file: &'a [u8], wal: &'a [u8], page_bytes: usize) -> Self {
        Self { file, wal: frames(wal, page_bytes).collect(), page_bytes }
    }

    fn newest(&self, number: u32) -> Option<&'a [u8]> {
        let logged = self.wal.iter().rev().find(|(frame, _)| *frame == number).map(|(_, page)| *page);
        logged.or_else(|| {
            let start = usize::try_from(number).ok()?.checked_sub(1)?.checked_mul(self.page_bytes)?;
            self.file.get(start..start.checked_add(self.page_bytes)?)
        })
    }
}

fn leaf_rows(pages: &Pages<'_>, page: &[u8], header: usize) -> Vec<Vec<Cell>> {
    if page.get(header) != Some(&LEAF) {
        return Vec::new();
    }
    let count = be16(page, header + 3).unwrap_or_default();
    let cells = (0..count).filter_map(|i| be16(page, header + 8 + 2 * i));
    cells.filter_map(|at| row(pages, page, at)).collect()
}

fn row(pages: &Pages<'_>, page: &[u8], at: usize) -> Option<Vec<Cell>> {
    let mut from = Bytes(page.get(at..)?);
    let length = usize::try_from(from.varint()?).ok().filter(|length| *length <= MAX_RECORD)?;
    let rowid = from.varint()?.cast_signed();
    let payload = payload(pages, from.0, length)?;
    let mut cells = record(&payload)?;
    // An integer key is the number of its row, and stands there as nothing.
    if let Some(first) = cells.first_mut().filter(|first| **first == Cell::Null) {
        *first = Cell::Int(rowid);
    }
    Some(cells)
}

/// The part of a record in its page, and what runs over into others.
fn payload(pages: &Pages<'_>, local: &[u8], length: usize) -> Option<Vec<u8>> {
    let page = pages.page_bytes;
    let (most, least) = (page - 35, (page - 12) * 32 / 255 - 23);
    if length <= most {
        return local.get(..length).map(<[u8]>::to_vec);
    }
    let fits = least + (length - least) % (page - 4);
    let here = if fits <= most { fits } else { least };
    let mut whole = local.get(..here)?.to_vec();
    let mut next = be32(local, here)?;
    while whole.len() < length {
        let page = pages.newest(next)?;
        next = be32(page, 0)?;
        let part = page.len().saturating_sub(4).min(length - whole.len());
        whole.extend_from_slice(page.get(4..4 + part)?);
    }
    Some(whole)
}

fn record(payload: &[u8]) -> Option<Vec<Cell>> {
    let mut header = Bytes(payload);
    let length = usize::try_from(header.varint()?).ok()?;
    let mut types = Bytes(payload.get(payload.len() - header.0.len()..length)?);
    let mut body = Bytes(payload.get(length..)?);
    let mut cells = Vec::new();
    while !types.0.is_empty() {
        cells.push(cell(types.varint()?, &mut body)?);
    }
    Some(cells)
}

fn cell(serial: u64, body: &mut Bytes<'_>) -> Option<Cell> {
    let int = |body: &mut Bytes<'_>, width: usize| {
        let bytes = body.take(width)?;
        let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
        Some(Cell::Int(bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))))
    };
    match serial {
        0 => Some(Cell::Null),
        1..=4 => int(body, usize::try_from(serial).ok()?),
        5 => int(body, 6),
        6 => int(body, 8),
        7 => body.take(8).map(|_| Cell::Other),
        8 => Some(Cell::Int(0)),
        9 => Some(Cell::Int(1)),
        10 | 11 => None,
        _ => {
            let bytes = body.take(usize::try_from((serial - 12) / 2).ok()?)?.to_vec();
            let text = |bytes| String::from_utf8(bytes).map_or(Cell::Other, Cell::Text);
            Some(if serial.is_multiple_of(2) { Cell::Blob(bytes) } else { text(bytes) })
        }
    }
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// SQLite's: seven bits a byte, and eight in a ninth.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for _ in 0..8 {
            let byte = self.take(1)?[0];
            value = value << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        Some(value << 8 | u64::from(self.take(1)?[0]))
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
