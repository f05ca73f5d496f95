//! What a library's headers say, read without loading it. Only what the dynamic linker reads is read: program headers and the
//! dynamic table, never the section headers, which a library can leave out or lie in.

use object::elf::{self, FileHeader64, ProgramHeader64};
use object::read::elf::{Dyn, FileHeader, GnuHashTable, HashTable, ProgramHeader, Sym};
use object::{Endianness, pod};

/// The one symbol that a plugin exports.
const ENTRY: &str = "facepay_plugin_entry";
/// Libraries that every machine has. Any other would be searched for on the disk, past all that was verified.
const NEEDED: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// What a plugin's library must not be or have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElfFault {
    /// The headers lead nowhere.
    #[error("it is no shared library: {what}")]
    NotALibrary {
        /// What is wrong.
        what: &'static str,
    },
    /// It is for another machine.
    #[error("it is not a 64-bit library for {machine}")]
    Machine {
        /// The machine that it should be for.
        machine: String,
    },
    /// It exports more than the entry, or not even that.
    #[error("it exports {found}; it must export facepay_plugin_entry and nothing else (-fvisibility=hidden)")]
    Exports {
        /// The symbols, or the first of them.
        found: String,
    },
    /// It needs a library that may not be on the machine, or may be another.
    #[error("it needs {library}; link that statically")]
    Needed {
        /// The library.
        library: String,
    },
    /// It says where its libraries are to be searched for.
    #[error("it has a search path for libraries (RPATH or RUNPATH); link it without")]
    SearchPath,
    /// Its code is patched when it is loaded, so it is writable for a while.
    #[error("it has text relocations; compile it with -fPIC")]
    TextRelocations,
    /// It asks for a stack that holds code.
    #[error("it asks for an executable stack; link it with -z noexecstack")]
    ExecutableStack,
    /// A part of it can be written and run.
    #[error("it has a segment that is writable and executable")]
    WritableCode,
}

impl ElfFault {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotALibrary { .. } => "not_a_library",
            Self::Machine { .. } => "library_machine",
            Self::Exports { .. } => "library_exports",
            Self::Needed { .. } => "library_needs",
            Self::SearchPath => "library_search_path",
            Self::TextRelocations => "library_text_relocations",
            Self::ExecutableStack => "library_executable_stack",
            Self::WritableCode => "library_writable_code",
        }
    }
}

type Header = FileHeader64<Endianness>;
type Segment = ProgramHeader64<Endianness>;

/// Checks the headers of a plugin's library for `machine` (`x86_64`, `aarch64`).
///
/// # Errors
/// The first [`ElfFault`] that is found.
pub fn check_library(bytes: &[u8], machine: &str) -> Result<(), ElfFault> {
    library_faults(bytes, machine).into_iter().next().map_or(Ok(()), Err)
}

/// Everything that is wrong with the headers of a plugin's library. One whose tables lead nowhere has that one fault.
pub fn library_faults(bytes: &[u8], machine: &str) -> Vec<ElfFault> {
    let parsed = Library::parse(bytes, machine).and_then(|library| Ok((library.dynamic()?, library)));
    let (table, library) = match parsed {
        Ok(parsed) => parsed,
        Err(fault) => return vec![fault],
    };
    let mut faults = library.segments();
    faults.extend(library.linkage(&table).unwrap_or_else(|fault| vec![fault]));
    faults.extend(library.exports(&table).err());
    faults
}

/// A library's bytes with its headers.
struct Library<'a> {
    bytes: &'a [u8],
    endian: Endianness,
    segments: &'a [Segment],
}

/// What the dynamic table says, as far as it matters here. Of a tag that comes twice the linker takes the last.
#[derive(Default)]
struct Table {
    /// Offsets of names in the strings.
    needed: Vec<u64>,
    has_search_path: bool,
    has_text_relocations: bool,
    strings: (u64, u64),
    symbols: u64,
    gnu_hash: Option<u64>,
    hash: Option<u64>,
}

fn broken<E>(what: &'static str) -> impl FnOnce(E) -> ElfFault {
    move |_| ElfFault::NotALibrary { what }
}

impl<'a> Library<'a> {
    fn parse(bytes: &'a [u8], machine: &str) -> Result<Self, ElfFault> {
        if !bytes.starts_with(&elf::ELFMAG) {
            return Err(ElfFault::NotALibrary { what: "it does not begin as one" });
        }
        let other = || ElfFault::Machine { machine: machine.to_owned() };
        let header = Header::parse(bytes).map_err(|_| other())?;
        let endian = header.endian().map_err(|_| other())?;
        let expected = match machine {
            "x86_64" => elf::EM_X86_64,
            "aarch64" => elf::EM_AARCH64,
            _ => return Err(other()),
        };
        if endian != Endianness::Little || header.e_machine(endian) != expected {
            return Err(other());
        }
        if header.e_type(endian) != elf::ET_DYN {
            return Err(ElfFault::NotALibrary { what: "it is an object or a program" });
        }
        let segments = header.program_headers(endian, bytes).map_err(broken("no program headers"))?;
        Ok(Self { bytes, endian, segments })
    }

    fn of_type(&self, kind: elf::ProgramType) -> impl Iterator<Item = &'a Segment> {
        let endian = self.endian;
        self.segments.iter().filter(move |segment| segment.p_type(endian) == kind)
    }

    /// Nothing that can be written can be run.
    fn segments(&self) -> Vec<ElfFault> {
        let is_code = |segment: &Segment| segment.p_flags(self.endian).contains(elf::PF_X);
        let is_writable = |segment: &Segment| segment.p_flags(self.endian).contains(elf::PF_W);
        // Without this header the linker makes every stack of the process executable.
        let mut stacks = self.of_type(elf::PT_GNU_STACK).peekable();
        let has_code_on_stacks = stacks.peek().is_none() || stacks.any(is_code);
        let has_both = self.of_type(elf::PT_LOAD).any(|segment| is_code(segment) && is_writable(segment));
        let stack = has_code_on_stacks.then_some(ElfFault::ExecutableStack);
        stack.into_iter().chain(has_both.then_some(ElfFault::WritableCode)).collect()
    }

    fn dynamic(&self) -> Result<Table, ElfFault> {
        let mut found = self.of_type(elf::PT_DYNAMIC);
        let (Some(segment), None) = (found.next(), found.next()) else {
            return Err(ElfFault::NotALibrary { what: "it has not one dynamic table" });
        };
        // The linker reads the table where it is mapped, not where this header says that it lies in the file.
        let from = self.mapped(segment.p_vaddr(self.endian))?;
        let entry = size_of::<elf::Dyn64<Endianness>>();
        let entries =
            pod::slice_from_all_bytes::<elf::Dyn64<Endianness>>(&from[..from.len() / entry * entry]);
        let entries = entries.map_err(broken("its dynamic table is garbled"))?;
        let mut table = Table::default();
        for entry in entries {
            let (tag, value) = (entry.d_tag(self.endian), entry.d_val(self.endian));
            match tag {
                elf::DT_NULL => return Ok(table),
                // Auxiliary and filtering libraries, and auditors, are searched for and loaded as well.
                elf::DT_NEEDED | elf::DT_AUXILIARY | elf::DT_FILTER | elf::DT_AUDIT | elf::DT_DEPAUDIT => {
                    table.needed.push(value);
                }
                elf::DT_RPATH | elf::DT_RUNPATH => table.has_search_path = true,
                elf::DT_TEXTREL => table.has_text_relocations = true,
                elf::DT_FLAGS => table.has_text_relocations |= value & DF_TEXTREL != 0,
                elf::DT_STRTAB => table.strings.0 = value,
                elf::DT_STRSZ => table.strings.1 = value,
                elf::DT_SYMTAB => table.symbols = value,
                elf::DT_GNU_HASH => table.gnu_hash = Some(value),
                elf::DT_HASH => table.hash = Some(value),
                _ => {}
            }
        }
        Err(ElfFault::NotALibrary { what: "its dynamic table has no end" })
    }

    /// What is mapped at an address, to the end of the segment.
    fn mapped(&self, address: u64) -> Result<&'a [u8], ElfFault> {
        let gone = || ElfFault::NotALibrary { what: "its dynamic table leads out of it" };
        // The last one that is mapped there hides the others.
        let holds = |segment: &&Segment| {
            let start = segment.p_vaddr(self.endian);
            let len = segment.p_filesz(self.endian);
            address.checked_sub(start).is_some_and(|offset| offset < len)
        };
        let segment = self.of_type(elf::PT_LOAD).filter(holds).last().ok_or_else(gone)?;
        let data = segment.data(self.endian, self.bytes).map_err(|()| gone())?;
        let offset = address - segment.p_vaddr(self.endian);
        data.get(usize::try_from(offset).unwrap_or(usize::MAX)..).ok_or_else(gone)
    }

    fn linkage(&self, table: &Table) -> Result<Vec<ElfFault>, ElfFault> {
        let search_path = table.has_search_path.then_some(ElfFault::SearchPath);
        let relocations = table.has_text_relocations.then_some(ElfFault::TextRelocations);
        let mut faults: Vec<ElfFault> = search_path.into_iter().chain(relocations).collect();
        let strings = self.strings(table)?;
        for offset in &table.needed {
            let library = text(strings, *offset)?;
            if !NEEDED.contains(&library) {
                faults.push(ElfFault::Needed { library: library.to_owned() });
            }
        }
        Ok(faults)
    }

    fn strings(&self, table: &Table) -> Result<&'a [u8], ElfFault> {
        let (address, len) = table.strings;
        let strings = self.mapped(address)?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        strings.get(..len).ok_or(ElfFault::NotALibrary { what: "its strings lead out of it" })
    }

    /// The symbols that the linker would find: those of the hash table that it uses.
    fn exports(&self, table: &Table) -> Result<(), ElfFault> {
        let garbled = "its symbols are garbled";
        let range = match (table.gnu_hash, table.hash) {
            (Some(address), _) => {
                let hash = GnuHashTable::<Header>::parse(self.endian, self.mapped(address)?);
                let hash = hash.map_err(broken(garbled))?;
                // An empty table has no end; nothing is found in it.
                let end = hash.symbol_table_length(self.endian).unwrap_or(hash.symbol_base());
                hash.symbol_base()..end
            }
            (None, Some(address)) => {
                let hash = HashTable::<Header>::parse(self.endian, self.mapped(address)?);
                1..hash.map_err(broken(garbled))?.symbol_table_length().max(1)
            }
            (None, None) => return Err(ElfFault::Exports { found: "nothing".to_owned() }),
        };
        let from = self.mapped(table.symbols)?;
        let count = range.end as usize;
        let symbols = pod::slice_from_bytes::<elf::Sym64<Endianness>>(from, count);
        let (symbols, _) = symbols.map_err(broken(garbled))?;
        let strings = self.strings(table)?;
        let mut found = Vec::new();
        for symbol in symbols.get(range.start as usize..).unwrap_or_default() {
            if is_exported(symbol, self.endian) {
                found.push(text(strings, symbol.st_name(self.endian).into())?);
            }
        }
        match found.as_slice() {
            [ENTRY] => Ok(()),
            [] => Err(ElfFault::Exports { found: "nothing".to_owned() }),
            others => {
                let stray = others.iter().find(|name| **name != ENTRY).unwrap_or(&ENTRY);
                Err(ElfFault::Exports { found: (*stray).to_owned() })
            }
        }
    }
}

/// In `DT_FLAGS`: there are text relocations.
const DF_TEXTREL: u64 = 4;

fn is_exported(symbol: &elf::Sym64<Endianness>, endian: Endianness) -> bool {
    let is_hidden = matches!(symbol.st_visibility(), elf::STV_HIDDEN | elf::STV_INTERNAL);
    !symbol.is_undefined(endian) && symbol.st_bind() != elf::STB_LOCAL && !is_hidden
}

/// The text that begins at `offset`.
fn text(strings: &[u8], offset: u64) -> Result<&str, ElfFault> {
    let garbled = || ElfFault::NotALibrary { what: "its strings are garbled" };
    let from = strings.get(usize::try_from(offset).unwrap_or(usize::MAX)..).ok_or_else(garbled)?;
    let end = from.iter().position(|byte| *byte == 0).ok_or_else(garbled)?;
    std::str::from_utf8(&from[..end]).map_err(|_| garbled())
}
