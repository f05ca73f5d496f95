//! Tables on a GPU through wgpu.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::{BLOCK_ROWS, PAGE_ROWS, Page, Query, Table, TableError};
use crate::engine::{at_once, words};
use crate::plan::gpu::{compiled, written_out};

mod buffers;

use buffers::{Batch, Layout, Part, WORDS_PITCH};

/// Queries that go over the rows together.
const QUERIES_MAX: usize = 8;
/// Pages of a part of a table, of which each has memory of its own: 32 MiB at 512 columns.
const PART_PAGES: usize = 128;
const PAGE_BLOCKS: usize = PAGE_ROWS / BLOCK_ROWS;
/// Bytes that may be on their way to the device before they are waited for: so long they are in memory twice.
const BYTES_UNDER_WAY_MAX: usize = 32 << 20;
/// A device that takes longer has stopped.
const PATIENCE: Duration = Duration::from_secs(2);
/// The offset of a row that isn't there: it is never the largest.
const NOWHERE: f32 = -1e30;

/// Makes tables on a device.
pub(crate) struct Maker {
    device: wgpu::Device,
    queue: wgpu::Queue,
}

impl Maker {
    pub(crate) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        Self { device: device.clone(), queue: queue.clone() }
    }

    /// An empty table of so many columns.
    pub(crate) fn make(&self, columns: usize) -> Result<Box<dyn Table>, TableError> {
        let table = guarded(&self.device, || OnGpu::new(self, columns))?;
        Ok(Box::new(table))
    }
}

struct OnGpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    columns: usize,
    layout: Layout,
    /// For one query, and for [`QUERIES_MAX`].
    pipelines: [(usize, wgpu::ComputePipeline); 2],
    part_pages: usize,
    parts: Vec<Part>,
    pages: usize,
    /// Made anew when a part comes.
    batch: Option<Batch>,
    turn: u32,
    bytes_under_way: usize,
}

impl OnGpu {
    fn new(maker: &Maker, columns: usize) -> Result<Self, String> {
        let device = &maker.device;
        let limits = device.limits();
        let page_bytes = (PAGE_ROWS * columns.next_multiple_of(4)) as u64;
        let fits = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) / page_bytes.max(1);
        if columns == 0 || fits == 0 {
            return Err(format!("a page of {columns} columns doesn't fit"));
        }
        let layout = Layout::new(device);
        let pipelines = [1, QUERIES_MAX].map(|queries| (queries, pipeline(device, &layout, queries)));
        Ok(Self {
            device: device.clone(),
            queue: maker.queue.clone(),
            columns,
            layout,
            pipelines,
            part_pages: PART_PAGES.min(fits as usize),
            parts: Vec::new(),
            pages: 0,
            batch: None,
            turn: 0,
            bytes_under_way: 0,
        })
    }

    /// Words of a row, four values each.
    fn words(&self) -> usize {
        self.columns.div_ceil(4)
    }

    fn blocks(&self) -> usize {
        self.pages * PAGE_BLOCKS
    }

    fn write_page(&mut self, page: usize, rows: Page<'_>) -> Result<(), String> {
        let count = rows.measures.len();
        if page > self.pages || count > PAGE_ROWS || rows.values.len() != count * self.columns {
            return Err(format!("{count} rows do not make page {page}"));
        }
        if page / self.part_pages == self.parts.len() {
            self.parts.push(Part::new(&self.device, self.part_pages, self.words()));
            self.batch = None;
        }
        let values = by_block(rows.values, self.columns);
        let none = [0.0, NOWHERE];
        let measures = rows.measures.iter().chain(std::iter::repeat(&none)).take(PAGE_ROWS).flatten();
        let measures: Vec<u8> = measures.flat_map(|number| number.to_le_bytes()).collect();
        let (part, at) = (&self.parts[page / self.part_pages], (page % self.part_pages) as u64);
        self.queue.write_buffer(&part.values, at * values.len() as u64, &values);
        self.queue.write_buffer(&part.measures, at * measures.len() as u64, &measures);
        self.pages = self.pages.max(page + 1);
        self.bytes_under_way += values.len() + measures.len();
        if self.bytes_under_way >= BYTES_UNDER_WAY_MAX {
            let submitted = self.queue.submit([]);
            self.wait(submitted)?;
            self.bytes_under_way = 0;
        }
        Ok(())
    }

    fn clear(&mut self, pages: usize) {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for page in pages..self.pages {
            let (part, at) = (&self.parts[page / self.part_pages], (page % self.part_pages) as u64);
            for (buffer, bytes) in
                [(&part.values, PAGE_ROWS * 4 * self.words()), (&part.measures, PAGE_ROWS * 8)]
            {
                encoder.clear_buffer(buffer, at * bytes as u64, Some(bytes as u64));
            }
        }
        self.pages = self.pages.min(pages);
        self.queue.submit([encoder.finish()]);
    }

    fn wait(&self, submitted: wgpu::SubmissionIndex) -> Result<(), String> {
        let (submission_index, timeout) = (Some(submitted), Some(PATIENCE));
        let polled = self.device.poll(wgpu::PollType::Wait { submission_index, timeout });
        polled.map(drop).map_err(|error| format!("the device returned no result: {error}"))
    }

    /// The maxima of at most [`QUERIES_MAX`] queries.
    fn run(&mut self, queries: &[Query<'_>]) -> Result<Vec<Vec<f32>>, String> {
        if queries.iter().any(|query| query.values.len() != self.columns) {
            return Err("a query of another length".to_owned());
        }
        let (width, pipeline) = &self.pipelines[usize::from(queries.len() > 1)];
        let (width, words, blocks) = (*width, self.words(), self.blocks());
        self.turn = self.turn.wrapping_add(1);
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => Batch::new(
                &self.device,
                &self.layout,
                &self.parts,
                [
                    4 * words * QUERIES_MAX,
                    self.parts.len() * self.part_pages * PAGE_BLOCKS * QUERIES_MAX + self.parts.len(),
                ],
            ),
        };
        self.queue.write_buffer(&batch.queries, 0, &query_bytes(queries, words));
        let part_blocks = self.part_pages * PAGE_BLOCKS;
        let parts = blocks.div_ceil(part_blocks);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        for number in 0..parts {
            let first = number * part_blocks;
            let head = [words, first, blocks, number, self.turn as usize];
            self.queue.write_buffer(&batch.words, (WORDS_PITCH * number) as u64, &part_bytes(head, queries));
            pass.set_bind_group(0, &batch.bindings[number], &[]);
            pass.dispatch_workgroups(part_blocks.min(blocks - first) as u32, 1, 1);
        }
        drop(pass);
        let size = (4 * (width * blocks + parts)) as u64;
        encoder.copy_buffer_to_buffer(&batch.maxima, 0, &batch.read, 0, size);
        let submitted = self.queue.submit([encoder.finish()]);
        let (done, mapped) = sync_channel(1);
        batch.read.map_async(wgpu::MapMode::Read, ..size, move |result| {
            // whoever asked may be gone
            let _ = done.send(result);
        });
        self.wait(submitted)?;
        self.bytes_under_way = 0;
        let mapped = mapped.recv_timeout(PATIENCE).map_err(|error| error.to_string())?;
        mapped.map_err(|error| format!("the device's memory can't be read: {error}"))?;
        let view = batch.read.get_mapped_range(..size).map_err(|error| error.to_string())?;
        let (found, _) = view.as_chunks::<4>();
        let (found, turns) = found.split_at(width * blocks);
        // A run that the device passed over would leave the answers of another one.
        let seen = turns.iter().all(|turn| u32::from_le_bytes(*turn) == self.turn);
        let of_query = |found: &[[u8; 4]]| found.iter().map(|count| f32::from_le_bytes(*count)).collect();
        let maxima = found.chunks_exact(blocks).take(queries.len()).map(of_query).collect();
        drop(view);
        batch.read.unmap();
        self.batch = Some(batch);
        if seen { Ok(maxima) } else { Err("the device passed over a run".to_owned()) }
    }

    fn guarded<T>(&mut self, what: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, TableError> {
        let device = self.device.clone();
        guarded(&device, || what(self))
    }
}

impl Table for OnGpu {
    fn write(&mut self, page: usize, rows: Page<'_>) -> Result<(), TableError> {
        self.guarded(|table| table.write_page(page, rows))
    }

    fn truncate(&mut self, pages: usize) -> Result<(), TableError> {
        if pages >= self.pages {
            return Ok(());
        }
        self.guarded(|table| {
            table.clear(pages);
            Ok(())
        })
    }

    fn flush(&mut self) -> Result<(), TableError> {
        self.guarded(|table| {
            table.queue.submit([]);
            Ok(())
        })
    }

    fn maxima(&mut self, queries: &[Query<'_>]) -> Result<Vec<Vec<f32>>, TableError> {
        if self.pages == 0 {
            return Ok(vec![Vec::new(); queries.len()]);
        }
        let together = queries.chunks(QUERIES_MAX);
        let found = together.map(|queries| self.guarded(|table| table.run(queries)));
        Ok(found.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

impl Drop for OnGpu {
    /// What lay on the device is overwritten.
    fn drop(&mut self) {
        // A device that fails has nobody to be told.
        let _ = self.truncate(0);
    }
}

/// The values of a page word by word, of each block by itself; rows that are not there are zero.
fn by_block(values: &[i8], columns: usize) -> Vec<u8> {
    let words = columns.div_ceil(4);
    let mut bytes = vec![0; PAGE_ROWS * 4 * words];
    for (row, values) in values.chunks_exact(columns).enumerate() {
        let first = (row / BLOCK_ROWS) * BLOCK_ROWS * words + row % BLOCK_ROWS;
        for (word, four) in values.chunks(4).enumerate() {
            let at = 4 * (first + BLOCK_ROWS * word);
            for (byte, value) in bytes[at..].iter_mut().zip(four) {
                *byte = value.cast_unsigned();
            }
        }
    }
    bytes
}

/// The queries' values in 32 bits, each query filled up to whole words.
fn query_bytes(queries: &[Query<'_>], words: usize) -> Vec<u8> {
    let values = |query: &Query<'_>| {
        let zeros = std::iter::repeat_n(0, 4 * words - query.values.len());
        query.values.iter().map(|value| i32::from(*value)).chain(zeros).flat_map(i32::to_le_bytes).collect()
    };
    queries.iter().map(values).collect::<Vec<Vec<u8>>>().concat()
}

/// What a part is told: `head`, and the measures of each query.
fn part_bytes(head: [usize; 5], queries: &[Query<'_>]) -> Vec<u8> {
    let head = head.into_iter().chain([0; 3]).flat_map(|number| (number as u32).to_le_bytes());
    let measures = queries.iter().flat_map(|query| [query.scale, query.weight, 0.0, 0.0]);
    head.chain(measures.flat_map(f32::to_le_bytes)).collect()
}

fn pipeline(device: &wgpu::Device, layout: &Layout, queries: usize) -> wgpu::ComputePipeline {
    let source = written_out(include_str!("maxima.wgsl"), &HashMap::from([("QUERIES", queries)]));
    compiled(device, &layout.pipelines, "maxima", source)
}

/// Does what is to be done on the device; what this said meanwhile is an error, panics of the driver's included.
fn guarded<T>(device: &wgpu::Device, what: impl FnOnce() -> Result<T, String>) -> Result<T, TableError> {
    use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
    let scopes = [OutOfMemory, Validation, Internal].map(|filter| device.push_error_scope(filter));
    let outcome = catch_unwind(AssertUnwindSafe(what));
    let said: Vec<String> = scopes
        .into_iter()
        .rev()
        .filter_map(|scope| at_once(scope.pop()).flatten().map(|error| error.to_string()))
        .collect();
    match outcome {
        Err(panic) => Err(TableError(words(&*panic, "it panicked"))),
        Ok(_) if !said.is_empty() => Err(TableError(said.join("; "))),
        Ok(outcome) => outcome.map_err(TableError),
    }
}

#[cfg(test)]
mod tests;
