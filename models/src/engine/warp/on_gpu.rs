//! Warps on a GPU, from pictures that lie in its memory, straight into the inputs of a plan's batch.

use std::sync::Arc;

use super::super::carry::{Carried, Carrier};
use super::super::picture::{Picture, PixelFormat};
use super::look::Look;
use super::{Normalise, Target, warp};
use crate::plan::gpu::compiled;

/// How far from the CPU's a colour may be, of 255: sums are rounded in another order.
const APART_MAX: f32 = 0.1;

/// An input that the GPU is to warp.
#[derive(Clone)]
pub(in crate::engine) struct Seen {
    pub(in crate::engine) picture: Arc<dyn Carried>,
    pub(in crate::engine) look: Look,
}

/// The kernel on a device, for batches of a largest size, of which one at a time is prepared.
pub(in crate::engine) struct Warper {
    device: wgpu::Device,
    queue: wgpu::Queue,
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
    looks: wgpu::Buffer,
}

impl Warper {
    /// Compiles the kernel and holds what it makes of a small picture of each format against what the CPU makes of it.
    ///
    /// # Errors
    /// That they differ, or what the device said.
    pub(in crate::engine) fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        carrier: &Carrier,
        items_max: usize,
    ) -> Result<Self, String> {
        let stored = |binding, read_only| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("warp"),
            entries: &[stored(0, true), stored(1, true), stored(2, false)],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("warp"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let source = include_str!("look.wgsl").to_owned();
        let pipeline = compiled(device, &pipeline_layout, "warp", source);
        let looks = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("looks"),
            size: (items_max * Look::BYTES) as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let warper = Self { device: device.clone(), queue: queue.clone(), layout, pipeline, looks };
        warper.tried(carrier)?;
        Ok(warper)
    }

    /// Adds to `pass` what warps each of `seen` into the inputs of its item. `target` is that of all.
    pub(in crate::engine) fn fill(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        inputs: &wgpu::Buffer,
        target: &Target,
        seen: &[(usize, &Seen)],
    ) {
        if seen.is_empty() {
            return;
        }
        let bytes: Vec<u8> = seen.iter().flat_map(|(item, seen)| seen.look.bytes(*item)).collect();
        self.queue.write_buffer(&self.looks, 0, &bytes);
        pass.set_pipeline(&self.pipeline);
        let groups = (target.width * target.height).div_ceil(64) as u32;
        let mut first = 0;
        for of_one in seen.chunk_by(|(_, one), (_, next)| Arc::ptr_eq(&one.picture, &next.picture)) {
            let looks = wgpu::BufferBinding {
                buffer: &self.looks,
                offset: (first * Look::BYTES) as u64,
                size: std::num::NonZeroU64::new((of_one.len() * Look::BYTES) as u64),
            };
            let resources = [
                of_one[0].1.picture.buffer().as_entire_binding(),
                wgpu::BindingResource::Buffer(looks),
                inputs.as_entire_binding(),
            ];
            let entries: Vec<wgpu::BindGroupEntry<'_>> = (0_u32..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            let bindings = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &self.layout,
                entries: &entries,
            });
            pass.set_bind_group(0, &bindings, &[]);
            pass.dispatch_workgroups(groups, of_one.len() as u32, 1);
            first += of_one.len();
        }
    }

    /// Warps pictures by themselves and returns their inputs, one behind another.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn warped(&self, target: &Target, seen: &[Seen]) -> Result<Vec<f32>, String> {
        let size = (4 * seen.len() * target.len()) as u64;
        let buffer = |usage| {
            let label = Some("warped");
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label,
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let inputs = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
        let read = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.fill(&mut pass, &inputs, target, &seen.iter().enumerate().collect::<Vec<_>>());
        drop(pass);
        encoder.copy_buffer_to_buffer(&inputs, 0, &read, 0, size);
        let submission_index = Some(self.queue.submit([encoder.finish()]));
        read.map_async(wgpu::MapMode::Read, ..size, |_| {});
        self.device
            .poll(wgpu::PollType::Wait { submission_index, timeout: None })
            .map_err(|error| format!("the device returned no result: {error}"))?;
        let view = read.get_mapped_range(..size).map_err(|error| error.to_string())?;
        let (words, _) = view.as_chunks::<4>();
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    fn tried(&self, carrier: &Carrier) -> Result<(), String> {
        let (width, height) = (13, 9);
        let samples: Vec<u8> = (0..3 * width * height).map(|at| (at * at * 7 + at * 31) as u8).collect();
        let affine = [0.9, 0.4, -2.0, -0.3, 0.8, 1.5];
        let normalise = Normalise { bgr: false, mean: [0.0; 3], scale: [1.0; 3] };
        let target = Target { width: 16, height: 12, normalise };
        for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Rgb24, PixelFormat::Gray8] {
            let [width, height] = [width as u32, height as u32];
            let planes = [&samples[..], &samples[width as usize..], &samples[3..]];
            let strides = [3 * width as usize, 2 * width as usize, width as usize];
            let picture = Picture { width, height, format, planes, strides, full_range: false, bt709: false };
            let mut expected = vec![0.0; target.len()];
            warp(&picture, &affine, &target, &mut expected);
            let carried = carrier.carried(&picture).ok_or("a picture can't be carried to the device")?;
            let look = Look::new(&picture, &affine, &target);
            let found = self.warped(&target, &[Seen { picture: carried, look }])?;
            let apart = found.iter().zip(&expected).map(|(one, other)| (one - other).abs());
            if !apart.fold(0.0, f32::max).le(&APART_MAX) {
                return Err(format!("it warps a picture of {format:?} otherwise than the CPU"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
