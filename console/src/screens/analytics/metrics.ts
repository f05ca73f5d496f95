/** One sample of a Prometheus exposition. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const found = line.startsWith("#") ? null : LINE.exec(line);
    if (!found) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (found[2] ?? "").matchAll(LABEL)) {
      labels[name!] = value!.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    }
    const value = found[3] === "+Inf" ? Infinity : Number(found[3]);
    samples.push({ name: found[1]!, labels, value });
  }
  return samples;
}

/** Counts up to each upper bound, the bounds rising. */
export interface Histogram {
  bounds: number[];
  cumulative: number[];
  count: number;
  sum: number;
}

type Where = Record<string, string>;

const fits = (sample: Sample, where: Where) => Object.entries(where).every(([name, value]) => sample.labels[name] === value);

export function histogram(samples: Sample[], name: string, where: Where = {}): Histogram | null {
  const byBound = new Map<number, number>();
  let count = 0;
  let sum = 0;
  for (const sample of samples) {
    if (!sample.name.startsWith(name) || !fits(sample, where)) continue;
    if (sample.name === `${name}_count`) count += sample.value;
    if (sample.name === `${name}_sum`) sum += sample.value;
    if (sample.name === `${name}_bucket`) {
      const bound = sample.labels["le"] === "+Inf" ? Infinity : Number(sample.labels["le"]);
      byBound.set(bound, (byBound.get(bound) ?? 0) + sample.value);
    }
  }
  if (byBound.size === 0) return null;
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  return { bounds, cumulative: bounds.map((bound) => byBound.get(bound)!), count, sum };
}

/** The value below which `share` of all lie, by a straight line within its bucket; null where nothing was counted. */
export function quantile({ bounds, cumulative, count }: Histogram, share: number): number | null {
  if (count === 0) return null;
  const wanted = share * count;
  const place = cumulative.findIndex((upTo) => upTo >= wanted);
  const upper = bounds[place]!;
  const lower = place === 0 ? 0 : bounds[place - 1]!;
  if (!Number.isFinite(upper)) return lower;
  const before = place === 0 ? 0 : cumulative[place - 1]!;
  const inside = cumulative[place]! - before;
  return inside === 0 ? upper : lower + ((upper - lower) * (wanted - before)) / inside;
}

/** How many lie in each bucket by itself. */
export function buckets({ bounds, cumulative }: Histogram): { upTo: number; count: number }[] {
  return bounds.map((upTo, place) => ({ upTo, count: cumulative[place]! - (cumulative[place - 1] ?? 0) }));
}

export function total(samples: Sample[], name: string, where: Where = {}): number {
  return samples.reduce((sum, sample) => (sample.name === name && fits(sample, where) ? sum + sample.value : sum), 0);
}

export function labelValues(samples: Sample[], name: string, label: string): string[] {
  const values = samples.filter((sample) => sample.name === name).map((sample) => sample.labels[label] ?? "");
  return [...new Set(values)].sort();
}
