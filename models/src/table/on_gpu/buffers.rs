//! The memory of a table on its device.

use std::num::NonZeroU64;

use super::PAGE_ROWS;

/// Bytes that the words of a part may take; devices align bindings to no more than this.
pub(super) const WORDS_PITCH: usize = 256;

/// What a kernel finds where.
pub(super) struct Layout {
    bindings: wgpu::BindGroupLayout,
    pub(super) pipelines: wgpu::PipelineLayout,
}

impl Layout {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
        let entries =
            [storage(true), storage(true), storage(true), wgpu::BufferBindingType::Uniform, storage(false)];
        let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
            .zip(entries)
            .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            })
            .collect();
        let bindings = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("table"),
            entries: &entries,
        });
        let pipelines = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("table"),
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        Self { bindings, pipelines }
    }
}

fn buffer(device: &wgpu::Device, label: &str, size: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let size = size.next_multiple_of(16).max(16) as u64;
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage,
        mapped_at_creation: false,
    })
}

/// Memory for some pages.
pub(super) struct Part {
    pub(super) values: wgpu::Buffer,
    pub(super) measures: wgpu::Buffer,
}

impl Part {
    pub(super) fn new(device: &wgpu::Device, pages: usize, words: usize) -> Self {
        let written = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let of = |label, row_bytes| buffer(device, label, pages * PAGE_ROWS * row_bytes, written);
        Self { values: of("rows", 4 * words), measures: of("measures", size_of::<[f32; 2]>()) }
    }
}

/// What a run over all parts needs.
pub(super) struct Batch {
    pub(super) queries: wgpu::Buffer,
    pub(super) words: wgpu::Buffer,
    pub(super) maxima: wgpu::Buffer,
    pub(super) read: wgpu::Buffer,
    /// Of each part.
    pub(super) bindings: Vec<wgpu::BindGroup>,
}

impl Batch {
    /// Memory for so many values of queries and so many maxima.
    pub(super) fn new(
        device: &wgpu::Device,
        layout: &Layout,
        parts: &[Part],
        [values, maxima]: [usize; 2],
    ) -> Self {
        use wgpu::BufferUsages as Usage;
        let queries = buffer(device, "queries", 4 * values, Usage::STORAGE | Usage::COPY_DST);
        let words = buffer(device, "words", WORDS_PITCH * parts.len(), Usage::UNIFORM | Usage::COPY_DST);
        let read = buffer(device, "read", 4 * maxima, Usage::MAP_READ | Usage::COPY_DST);
        let maxima = buffer(device, "maxima", 4 * maxima, Usage::STORAGE | Usage::COPY_SRC);
        let bound = |(number, part): (usize, &Part)| {
            let words = wgpu::BufferBinding {
                buffer: &words,
                offset: (WORDS_PITCH * number) as u64,
                size: NonZeroU64::new(WORDS_PITCH as u64),
            };
            let resources = [
                part.values.as_entire_binding(),
                part.measures.as_entire_binding(),
                queries.as_entire_binding(),
                wgpu::BindingResource::Buffer(words),
                maxima.as_entire_binding(),
            ];
            let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &layout.bindings,
                entries: &entries,
            })
        };
        let bindings = parts.iter().enumerate().map(bound).collect();
        Self { queries, words, maxima, read, bindings }
    }
}
