//! The kernels' sources, put together from pieces of WGSL, and their pipelines, compiled once for a device.

use std::collections::HashMap;

use super::Precision;

/// A kernel; what differs between two of a kind is written into its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    /// A dense convolution by tiles of `8 * rows` places by `8 * fours` fours of channels.
    Tiles {
        window: bool,
        rows: usize,
        fours: usize,
    },
    /// A dense convolution, each thread a slice of one four of channels.
    Thin {
        window: bool,
        slices: usize,
    },
    /// A convolution with one filter per channel, each thread a slice.
    Filter {
        slices: usize,
    },
    Take,
    Pool,
    Double,
    Add,
    Gate,
    Softmax,
    Column,
    Join,
    Means,
    Emit,
}

/// Threads of a workgroup, in all kernels.
pub(super) const THREADS: usize = 64;

const PRELUDE: &str = include_str!("prelude.wgsl");

impl Kernel {
    /// The kernel's source, for numbers kept so.
    pub(super) fn source(self, precision: Precision) -> String {
        let seen = |window| if window { include_str!("window.wgsl") } else { include_str!("pointwise.wgsl") };
        let each = include_str!("each.wgsl");
        let pieces: Vec<&str> = match self {
            Self::Tiles { window, .. } => vec![seen(window), include_str!("tiles.wgsl")],
            Self::Thin { window, .. } => {
                vec![seen(window), include_str!("dense.wgsl"), include_str!("thin.wgsl")]
            }
            Self::Filter { .. } => vec![include_str!("filter.wgsl"), include_str!("thin.wgsl")],
            Self::Take => vec![include_str!("take.wgsl"), each],
            Self::Pool => vec![include_str!("pool.wgsl"), each],
            Self::Double => vec![include_str!("double.wgsl"), each],
            Self::Add => vec![include_str!("add.wgsl"), each],
            Self::Gate => vec![include_str!("gate.wgsl"), each],
            Self::Softmax => vec![include_str!("softmax.wgsl"), each],
            Self::Column => vec![include_str!("column.wgsl"), each],
            Self::Join => vec![include_str!("join.wgsl"), each],
            Self::Means => vec![include_str!("means.wgsl")],
            Self::Emit => vec![include_str!("emit.wgsl")],
        };
        let (enable, number) = match precision {
            Precision::Full => ("", "f32"),
            Precision::Half => ("enable f16;\n", "f16"),
        };
        let source = format!("{enable}{PRELUDE}{}", pieces.concat()).replace("{{number}}", number);
        written_out(&source, &self.counts())
    }

    /// The numbers that stand for names in the source.
    fn counts(self) -> HashMap<&'static str, usize> {
        match self {
            Self::Tiles { rows, fours, .. } => HashMap::from([
                ("ROWS", rows),
                ("FOURS", fours),
                ("DEPTH", 4),
                ("SOURCE_TURNS", 4 * 8 * rows / THREADS),
                ("FACTOR_TURNS", 16 * 8 * fours / THREADS),
            ]),
            Self::Thin { slices, .. } | Self::Filter { slices } => HashMap::from([("SLICES", slices)]),
            _ => HashMap::new(),
        }
    }
}

/// The source with `{{NAME}}` as its number, and each block from `//#each x NAME` to its `//#end` as often as that, `$x`
/// being the turn.
pub(crate) fn written_out(source: &str, counts: &HashMap<&str, usize>) -> String {
    let mut named = source.to_owned();
    for (name, count) in counts {
        named = named.replace(&format!("{{{{{name}}}}}"), &count.to_string());
    }
    let lines: Vec<&str> = named.lines().collect();
    let mut written = String::with_capacity(2 * named.len());
    write(&lines, counts, &mut written);
    written
}

fn write(lines: &[&str], counts: &HashMap<&str, usize>, to: &mut String) {
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        let Some(block) = line.trim().strip_prefix("//#each ") else {
            to.push_str(line);
            to.push('\n');
            continue;
        };
        let (turn, name) = block.split_once(' ').unwrap_or((block, ""));
        let end = at + block_len(&lines[at..]);
        let mut once = String::new();
        write(&lines[at..end], counts, &mut once);
        for number in 0..counts.get(name).copied().unwrap_or_default() {
            to.push_str(&once.replace(&format!("${turn}"), &number.to_string()));
        }
        at = end + 1;
    }
}

/// Lines up to the `//#end` that closes the block they begin in.
fn block_len(lines: &[&str]) -> usize {
    let mut depth = 0;
    for (at, line) in lines.iter().enumerate() {
        match line.trim() {
            "//#end" if depth == 0 => return at,
            "//#end" => depth -= 1,
            line if line.starts_with("//#each ") => depth += 1,
            _ => {}
        }
    }
    lines.len()
}

/// The kernels compiled for a device so far.
pub(super) struct Kernels {
    device: wgpu::Device,
    precision: Precision,
    pub(super) bindings: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    compiled: HashMap<Kernel, wgpu::ComputePipeline>,
}

impl Kernels {
    pub(super) fn new(device: &wgpu::Device, precision: Precision) -> Self {
        let bindings = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("plan"),
            entries: &[
                entry(0, wgpu::BufferBindingType::Storage { read_only: false }),
                entry(1, wgpu::BufferBindingType::Storage { read_only: true }),
                entry(2, wgpu::BufferBindingType::Uniform),
                entry(3, wgpu::BufferBindingType::Uniform),
                entry(4, wgpu::BufferBindingType::Storage { read_only: false }),
                entry(5, wgpu::BufferBindingType::Storage { read_only: true }),
            ],
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("plan"),
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        Self { device: device.clone(), precision, bindings, layout, compiled: HashMap::new() }
    }

    /// The kernel's pipeline, compiled when it is asked for first.
    pub(super) fn pipeline(&mut self, kernel: Kernel) -> wgpu::ComputePipeline {
        let compile = || {
            let source = kernel.source(self.precision);
            compiled(&self.device, &self.layout, &format!("{kernel:?}"), source)
        };
        self.compiled.entry(kernel).or_insert_with(compile).clone()
    }
}

/// The pipeline of a kernel's source, whose entry is `main`. Each workgroup has to write its memory before it reads it.
pub(crate) fn compiled(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    label: &str,
    source: String,
) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(label),
        layout: Some(layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions {
            zero_initialize_workgroup_memory: false,
            ..wgpu::PipelineCompilationOptions::default()
        },
        cache: None,
    })
}

fn entry(binding: u32, ty: wgpu::BufferBindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
