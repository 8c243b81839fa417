//! Archives: what a hub is taken home in, and brought back from.
//!
//! What is written comes out in pieces, so that nothing of it is kept. What is read was made by
//! anybody: every entry is looked at before any is unpacked, and only those are that were asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Read, Seek, Take, Write};
use std::rc::Rc;

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The most entries of an archive.
pub const MAX_ENTRIES: usize = 500_000;
/// The most that an archive may unpack to, in bytes.
pub const MAX_UNPACKED: u64 = 16 * 1024 * 1024 * 1024;
/// The most that an entry may unpack to, for each byte that it is packed in: deflate reaches 1,032
/// on zeros, and no text that people wrote comes near this.
pub const MAX_RATIO: u64 = 200;
/// Up to this size an entry may be packed as well as it likes.
const SMALL: u64 = 1024 * 1024;

/// What was packed and not taken yet.
#[derive(Debug, Clone, Default)]
struct Packed(Rc<RefCell<Vec<u8>>>);

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An archive that is written. The same entries give the same bytes, whenever that is.
pub struct Writer {
    zip: ZipWriter<StreamWriter<Packed>>,
    packed: Packed,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Default for Writer {
    fn default() -> Self {
        let packed = Packed::default();
        Self { zip: ZipWriter::new_stream(packed.clone()), packed }
    }
}

impl Writer {
    /// Begins an entry: what is written goes there.
    pub fn begin(&mut self, name: &str) -> Result<(), ZipError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o644)
            .large_file(name.starts_with("data/"));
        self.zip.start_file(name, options)
    }

    /// Writes to the entry that was begun last.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        Ok(self.zip.write_all(bytes)?)
    }

    /// The bytes that there are since it was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.packed.0.borrow_mut())
    }

    /// Ends it: the last bytes.
    pub fn finish(self) -> Result<Vec<u8>, ZipError> {
        let Self { zip, packed } = self;
        zip.finish()?;
        Ok(packed.0.take())
    }
}

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No archive, or only the beginning of one.
    #[error("this is no ZIP archive, or it is cut off")]
    NotOne(#[source] ZipError),
    /// A name that leads out of the archive's folder.
    #[error("the archive has an entry that leads out of its folder: {0}")]
    Outside(String),
    /// A link.
    #[error("the archive has a link in it: {0}")]
    Link(String),
    /// A name that stands there twice.
    #[error("the archive has two entries of one name")]
    Twice,
    /// Locked with a password.
    #[error("the archive is locked: unlock it first")]
    Locked,
    /// More than [`MAX_ENTRIES`].
    #[error("the archive has more than 500,000 entries")]
    TooMany,
    /// More than [`MAX_UNPACKED`], or more than [`MAX_RATIO`] of an entry.
    #[error("the archive unpacks to more than is read: {0}")]
    TooLarge(String),
    /// Something that must be there is not.
    #[error("the archive has no {0}: it was not made by “Take it home”")]
    Missing(String),
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::FileNotFound => Self::Missing("such file".to_owned()),
            error => Self::NotOne(error),
        }
    }
}

/// An archive that is read: every entry's name, kind and size was looked at.
pub struct Reader<R> {
    zip: ZipArchive<R>,
    names: BTreeSet<String>,
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("names", &self.names).finish_non_exhaustive()
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Looks an archive over. Nothing is unpacked.
    pub fn open(from: R) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(from)?;
        if zip.len() > MAX_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        if zip.has_duplicate_names() {
            return Err(ArchiveError::Twice);
        }
        let (mut names, mut unpacked) = (BTreeSet::new(), 0_u64);
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if !is_inside(&name) {
                return Err(ArchiveError::Outside(name));
            }
            if entry.is_symlink() || !(entry.is_file() || entry.is_dir()) {
                return Err(ArchiveError::Link(name));
            }
            if entry.encrypted() {
                return Err(ArchiveError::Locked);
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            unpacked = unpacked.saturating_add(size);
            let is_bomb = size > SMALL && size / packed.max(1) > MAX_RATIO;
            if is_bomb || unpacked > MAX_UNPACKED {
                return Err(ArchiveError::TooLarge(name));
            }
            // To a system that does not tell capitals from small letters, these are one file.
            if !names.insert(name.to_lowercase()) {
                return Err(ArchiveError::Twice);
            }
        }
        Ok(Self { zip, names })
    }

    /// Whether there is an entry of this name, which has no capitals.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// An entry, unpacked while it is read: never to more than its size says.
    pub fn entry(&mut self, name: &str) -> Result<Take<impl Read + '_>, ArchiveError> {
        let missing = || ArchiveError::Missing(name.to_owned());
        let index = self.zip.index_for_name(name).ok_or_else(missing)?;
        let entry = self.zip.by_index(index)?;
        let size = entry.size();
        Ok(entry.take(size))
    }
}

/// Whether a name stays in the folder that it is unpacked to, on every system.
fn is_inside(name: &str) -> bool {
    let parts = || name.strip_suffix('/').unwrap_or(name).split('/');
    !name.is_empty()
        && name.len() < 1_024
        && !name.contains(['\\', ':', '\0'])
        && parts().all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An archive with these entries, by another hand.
    fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refusal(bytes: Vec<u8>) -> String {
        Reader::open(Cursor::new(bytes)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_in_pieces_is_read_again_and_is_the_same_each_time() {
        let write = || {
            let mut writer = Writer::default();
            let mut all = Vec::new();
            for (name, text) in [("index.html", "<p>Hello"), ("data/hub.json", "{}")] {
                writer.begin(name).unwrap();
                for letter in text.as_bytes() {
                    writer.write(&[*letter]).unwrap();
                    all.extend(writer.take());
                }
            }
            all.extend(writer.finish().unwrap());
            all
        };
        let bytes = write();
        assert_eq!(bytes, write());
        let mut reader = Reader::open(Cursor::new(bytes)).unwrap();
        assert!(reader.has("index.html") && !reader.has("other.html"));
        let mut text = String::new();
        reader.entry("data/hub.json").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "{}");
        assert!(matches!(reader.entry("x").err(), Some(ArchiveError::Missing(_))));
    }

    #[test]
    fn what_leads_out_of_its_folder_is_refused() {
        for name in ["../x", "a/../../x", "/etc/passwd", "a\\..\\x", "C:x", "a//b", "./x", "a/.."] {
            let said = refusal(zip_of(&[("index.html", b""), (name, b"x")]));
            assert!(said.contains("leads out of its folder"), "{name}: {said}");
        }
        assert!(Reader::open(Cursor::new(zip_of(&[("-/p/a..b.html", b"")]))).is_ok());
    }

    #[test]
    fn links_bombs_and_doubles_are_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("data/hub.json", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refusal(zip.finish().unwrap().into_inner()).contains("a link in it"));

        let zeros = vec![0; 8 * 1024 * 1024];
        assert!(refusal(zip_of(&[("data/hub.json", &zeros)])).contains("unpacks to more"));
        assert!(refusal(zip_of(&[("a.html", b""), ("A.html", b"")])).contains("one name"));

        // The same name twice, which no writer makes: the second one's name is changed by hand.
        let mut twice = zip_of(&[("one.html", b"1"), ("two.html", b"2")]);
        while let Some(at) = twice.windows(8).position(|window| window == b"two.html") {
            twice[at..at + 8].copy_from_slice(b"one.html");
        }
        assert!(refusal(twice).contains("one name"));
    }

    #[test]
    fn what_is_no_archive_or_half_of_one_is_refused() {
        let whole = zip_of(&[("data/hub.json", &[b'x'; 5_000])]);
        for bytes in [Vec::new(), b"PK".to_vec(), b"<!doctype html>".to_vec(), whole[..80].to_vec()]
        {
            assert!(refusal(bytes).contains("no ZIP archive"));
        }
    }

    #[test]
    fn an_entry_that_is_larger_than_it_says_is_cut() {
        // The size in both of its heads says 5, and it unpacks to 5,000.
        let mut liar = zip_of(&[("data/hub.json", &[b'x'; 5_000])]);
        let size = 5_000_u32.to_le_bytes();
        while let Some(at) = liar.windows(4).position(|window| window == size) {
            liar[at..at + 4].copy_from_slice(&5_u32.to_le_bytes());
        }
        let mut reader = Reader::open(Cursor::new(liar)).unwrap();
        let mut text = Vec::new();
        let _whole_or_not = reader.entry("data/hub.json").unwrap().read_to_end(&mut text);
        assert!(text.len() <= 5, "{}", text.len());
    }
}
