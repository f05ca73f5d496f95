//! Embeddings of pictures in a file: a NumPy array (`.npy`), and next to it the pictures' names, one a line.
//!
//! Such files hold biometric data: they are made for their owner's eyes only.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pipeline::Embedding;

/// Pictures with their embeddings.
pub struct Embeddings {
    /// Paths below the pictures' folder; the first part of each is the person.
    pub names: Vec<PathBuf>,
    /// One for each name, all of one length.
    pub rows: Vec<Embedding>,
}

/// Why a file of embeddings was not read.
#[derive(Debug, thiserror::Error)]
pub enum BadEmbeddings {
    /// It cannot be read at all.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not such a file.
    #[error("{0}")]
    Format(&'static str),
}

const MAGIC: &[u8; 8] = b"\x93NUMPY\x01\x00";
/// The header is padded to a multiple of this.
const ALIGN: usize = 64;
/// A longer header, or more values than this, is not ours.
const HEADER_BYTES_MAX: usize = 4_096;
const VALUES_MAX: usize = 2_000_000_000;

/// The list of names that belongs to an array: `faces.npy` has `faces.txt`.
pub fn names_file(array: &Path) -> PathBuf {
    array.with_extension("txt")
}

/// Writes the array and its list of names, readable by their owner only.
///
/// # Errors
/// When either file cannot be written, or a name holds a line break.
pub fn write(array: &Path, embeddings: &Embeddings) -> io::Result<()> {
    let dim = embeddings.rows.first().map_or(0, |row| row.values().len());
    let mut out = io::BufWriter::new(private(array)?);
    out.write_all(&header(embeddings.rows.len(), dim))?;
    for row in &embeddings.rows {
        for value in row.values() {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    let mut names = io::BufWriter::new(private(&names_file(array))?);
    for name in &embeddings.names {
        let line = name.to_str().filter(|name| !name.contains(['\n', '\r']));
        let line = line.ok_or_else(|| io::Error::other("a picture's name does not fit on a line"))?;
        writeln!(names, "{line}")?;
    }
    names.flush()
}

/// A new file for its owner only. An older one of other rights is replaced, not reused.
fn private(path: &Path) -> io::Result<std::fs::File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn header(rows: usize, dim: usize) -> Vec<u8> {
    let fields = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}");
    let bare = MAGIC.len() + 2 + fields.len() + 1;
    let length = fields.len() + 1 + (ALIGN - bare % ALIGN) % ALIGN;
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    header.extend_from_slice(format!("{fields:<width$}\n", width = length - 1).as_bytes());
    header
}

/// Reads what [`write()`] wrote, or another little-endian `float32` array of two dimensions with its list of names.
///
/// # Errors
/// [`BadEmbeddings`].
pub fn read(array: &Path) -> Result<Embeddings, BadEmbeddings> {
    let mut file = io::BufReader::new(std::fs::File::open(array)?);
    let mut start = [0; 10];
    file.read_exact(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(BadEmbeddings::Format("it is no NumPy array of version 1.0"));
    }
    let length = usize::from(u16::from_le_bytes([start[8], start[9]]));
    if length > HEADER_BYTES_MAX {
        return Err(BadEmbeddings::Format("its header is too long"));
    }
    let mut fields = vec![0; length];
    file.read_exact(&mut fields)?;
    let (count, dim) = shape(&String::from_utf8_lossy(&fields))
        .ok_or(BadEmbeddings::Format("it is no array of little-endian float32 with two dimensions"))?;
    let names: Vec<PathBuf> =
        std::fs::read_to_string(names_file(array))?.lines().map(PathBuf::from).collect();
    if names.len() != count {
        return Err(BadEmbeddings::Format("its list of names (.txt) has another length"));
    }
    let mut bytes = vec![0; dim * 4];
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        file.read_exact(&mut bytes)?;
        let (values, _) = bytes.as_chunks::<4>();
        let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
        let row =
            Embedding::new(values).map_err(|_| BadEmbeddings::Format("a row of it has no direction"))?;
        rows.push(row);
    }
    Ok(Embeddings { names, rows })
}

/// Rows and columns, where the header is of the kind that is read here.
fn shape(fields: &str) -> Option<(usize, usize)> {
    let plain: String = fields.chars().filter(|c| !c.is_whitespace()).collect();
    let ours = plain.contains("'descr':'<f4'") && plain.contains("'fortran_order':False");
    let (_, rest) = plain.split_once("'shape':(").filter(|_| ours)?;
    let (inner, _) = rest.split_once(')')?;
    let sides: Vec<usize> = inner.split(',').map_while(|side| side.parse().ok()).collect();
    let [count, dim] = sides[..] else { return None };
    (dim > 0 && count.checked_mul(dim)? <= VALUES_MAX).then_some((count, dim))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn two() -> Embeddings {
        let row = |values: [f32; 3]| Embedding::new(values.to_vec()).ok().unwrap();
        let names = ["Anna/Anna_0001.jpg", "Berta/Berta_0001.jpg"].map(PathBuf::from).to_vec();
        Embeddings { names, rows: vec![row([3.0, 0.0, 4.0]), row([0.0, -1.0, 0.0])] }
    }

    #[test]
    fn what_was_written_is_read_again_and_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faces.npy");
        std::fs::write(&path, "an older one, for all to read").unwrap();
        write(&path, &two()).unwrap();
        for file in [path.clone(), names_file(&path)] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        let found = read(&path).unwrap();
        assert_eq!(found.names, two().names);
        assert!(found.rows == two().rows);
    }

    #[test]
    fn the_array_has_the_layout_that_numpy_documents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faces.npy");
        write(&path, &two()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert!(bytes[10..].starts_with(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
        assert_eq!((bytes[127], bytes.len()), (b'\n', 128 + 2 * 3 * 4));
        assert_eq!(bytes[128..132], 0.6_f32.to_le_bytes());
    }

    #[test]
    fn another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faces.npy");
        std::fs::write(names_file(&path), "Anna/Anna_0001.jpg\n").unwrap();
        let array = |fields: &str, values: &[f32]| {
            let mut bytes = MAGIC.to_vec();
            bytes.extend_from_slice(&u16::try_from(fields.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(fields.as_bytes());
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            bytes
        };
        let fields =
            |descr, shape| format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape})}}");
        for (case, bytes) in [
            ("text", b"not an array at all".to_vec()),
            ("float64", array(&fields("<f8", "1, 2"), &[1.0, 0.0, 0.0, 0.0])),
            ("three dimensions", array(&fields("<f4", "1, 1, 2"), &[1.0, 0.0])),
            ("too many", array(&fields("<f4", "4000000000, 2"), &[1.0, 0.0])),
            ("cut off", array(&fields("<f4", "1, 2"), &[1.0])),
            ("no direction", array(&fields("<f4", "1, 2"), &[f32::NAN, 1.0])),
            ("another count of names", array(&fields("<f4", "2, 1"), &[1.0, 1.0])),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert!(read(&path).is_err(), "{case}");
        }
        std::fs::write(&path, array(&fields("<f4", "1, 2"), &[1.0, 0.0])).unwrap();
        assert!(read(&path).is_ok());
    }
}
