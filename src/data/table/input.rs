//! The files behind a path, and their bytes.

use super::error::Cause;
use crate::data::file::{Compression, STDIN};
use crate::data::{DataFile, Format};
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// One file of a table.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Its path as shown to people.
    pub(super) shown: Arc<str>,
    path: PathBuf,
}

/// What a path means.
enum Meaning {
    /// One file, or the standard input.
    One,
    /// A folder, or a pattern, with its files in the order of their names.
    Many(Vec<PathBuf>),
}

impl Meaning {
    fn of(path: &Path) -> Result<Self, Cause> {
        if path.is_dir() {
            in_folder(path).map(Self::Many)
        } else if is_pattern(path) && !path.exists() {
            in_pattern(path).map(Self::Many)
        } else {
            Ok(Self::One)
        }
    }
}

/// Whether a path may be a pattern for several files.
pub(crate) fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.contains(['*', '?', '[']))
}

/// The format of the files behind a path, as their names say; `None` where they say nothing.
pub(super) fn format(path: &Path) -> Result<Option<Format>, Cause> {
    if path == Path::new(STDIN) {
        return Ok(Some(Format::Csv));
    }
    let Meaning::Many(paths) = Meaning::of(path)? else { return Ok(Format::of(path)) };
    let mut first: Option<(Format, &Path)> = None;
    for path in &paths {
        let Some(format) = Format::of(path) else {
            let problem = format!("the name of {} does not say how it is read", path.display());
            return Err(Cause::NoFile(problem));
        };
        match first {
            Some((other, at)) if other != format => {
                let shown = |path: &Path| path.display().to_string();
                return Err(Cause::Formats((other, shown(at)), (format, shown(path))));
            }
            Some(_) => {}
            None => first = Some((format, path)),
        }
    }
    Ok(first.map(|(format, _)| format))
}

/// The files behind a path of data, whether they are there or not; none where nothing can be said.
pub(super) fn behind(path: &Path) -> Vec<PathBuf> {
    match Meaning::of(path) {
        Ok(Meaning::One) => vec![path.to_owned()],
        Ok(Meaning::Many(paths)) => paths,
        Err(_) => Vec::new(),
    }
}

impl Source {
    /// The files behind the path of a table, in the order of their names.
    pub(super) fn all(file: &DataFile) -> Result<Vec<Self>, Cause> {
        Ok(match Meaning::of(&file.path)? {
            Meaning::One => vec![Self { shown: file.name(), path: file.path.clone() }],
            Meaning::Many(paths) => paths
                .into_iter()
                .map(|path| Self { shown: Arc::from(path.display().to_string()), path })
                .collect(),
        })
    }

    /// Opens it for reading at any place.
    pub(super) fn open(&self) -> io::Result<Random> {
        if self.path == Path::new(STDIN) { standard_input() } else { Random::new(File::open(&self.path)?) }
    }

    /// Opens its text.
    pub(super) fn text(&self) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.open()?.read_from(0);
        Ok(match Compression::of(&self.path) {
            None => Box::new(bytes),
            Some(Compression::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(bytes))),
            Some(Compression::Zstd) => Box::new(zstd::stream::read::Decoder::new(bytes)?),
        })
    }

    /// How many bytes it has on the disk.
    pub(super) fn size(&self) -> Option<u64> {
        if self.path == Path::new(STDIN) { None } else { Some(self.path.metadata().ok()?.len()) }
    }
}

/// The data files of a folder. Names that start with a dot or an underscore are of no data.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Cause> {
    let mut paths = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
        if !hidden && path.is_file() && Format::of(&path).is_some() {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Cause::NoFile("there is no data file in this folder".to_owned()));
    }
    Ok(paths)
}

/// The files whose names fit a pattern.
fn in_pattern(pattern: &Path) -> Result<Vec<PathBuf>, Cause> {
    let text = pattern.to_string_lossy();
    // As in a shell, `*` is no hidden file.
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let paths = glob::glob_with(&text, options).map_err(|error| Cause::NoFile(error.to_string()))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|error| Cause::Io(error.into()))?;
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Cause::NoFile("no file has such a name".to_owned()));
    }
    Ok(found)
}

/// The standard input, which can be read only once, copied to where it can be read again.
static COPY: Mutex<Option<Random>> = Mutex::new(None);

fn standard_input() -> io::Result<Random> {
    let mut copy = COPY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(copy) = &*copy {
        return Ok(copy.clone());
    }
    let made = Random::copy(&mut io::stdin().lock())?;
    *copy = Some(made.clone());
    Ok(made)
}

/// A file that several threads read at several places.
#[derive(Debug, Clone)]
pub(super) struct Random {
    file: Arc<File>,
    length: u64,
}

impl Random {
    fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// A copy of all bytes of a stream, in a file that is gone when nobody reads it any more.
    pub(super) fn copy(stream: &mut dyn Read) -> io::Result<Self> {
        let folder = std::env::temp_dir();
        let mut attempt = 0_u32;
        let mut file = loop {
            let path = folder.join(format!("glassbox-{}-{attempt}", std::process::id()));
            match File::options().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    // Without a name: nobody else finds it, and it ends with the process.
                    std::fs::remove_file(&path)?;
                    break file;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        io::copy(stream, &mut file)?;
        Self::new(file)
    }

    /// Reads from a place on.
    fn read_from(&self, at: u64) -> RandomRead {
        RandomRead { of: self.clone(), at }
    }

    #[cfg(unix)]
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&*self.file, bytes, at)
    }

    #[cfg(windows)]
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&*self.file, bytes, at)
    }
}

/// The bytes of a file from a place on.
pub(super) struct RandomRead {
    of: Random,
    at: u64,
}

impl Read for RandomRead {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.of.read_at(bytes, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Length for Random {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Random {
    type T = BufReader<RandomRead>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        // What is read this way are headers of pages.
        const HEADER_BYTES: usize = 1 << 10;
        Ok(BufReader::with_capacity(HEADER_BYTES, self.read_from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let behind = start.saturating_add(length as u64);
        if behind > self.length {
            return Err(ParquetError::EOF(format!("it ends at {}, before {behind}", self.length)));
        }
        let mut bytes = vec![0; length];
        self.read_from(start).read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}
