import { expect, test } from "vitest";
import { buckets, histogram, labelValues, parseMetrics, quantile, total } from "./metrics";
import { rates } from "./rates";

const TEXT = `# TYPE x histogram
x_bucket{le="0.1",stage="a"} 10
x_bucket{le="0.2",stage="a"} 30
x_bucket{le="+Inf",stage="a"} 40
x_sum{stage="a"} 6.5
x_count{stage="a"} 40
n_total{camera="t\\"1",result="analysed"} 5
n_total{camera="t2",result="analysed"} 7
plain 3`;

const samples = parseMetrics(TEXT);

test("names, labels and values are read, comments are not", () => {
  expect(samples).toHaveLength(8);
  expect(labelValues(samples, "n_total", "camera")).toEqual(['t"1', "t2"]);
  expect(total(samples, "n_total")).toBe(12);
  expect(total(samples, "n_total", { camera: "t2" })).toBe(7);
});

test("a quantile lies on the straight line within its bucket", () => {
  const found = histogram(samples, "x", { stage: "a" })!;
  expect(quantile(found, 0.5)).toBeCloseTo(0.15);
  expect(quantile(found, 0.99)).toBe(0.2);
  expect(buckets(found).map(({ count }) => count)).toEqual([10, 20, 10]);
  expect(quantile({ ...found, count: 0 }, 0.5)).toBeNull();
  expect(histogram(samples, "y")).toBeNull();
});

test("a counter's rate is what it rose by per second, and none where it began anew", () => {
  const at = (seconds: number, value: number) => ({ at: seconds, samples: parseMetrics(`n_total{camera="c"} ${value}`) });
  const { at: times, series } = rates([at(0, 10), at(2, 30), at(4, 5)], "n_total", "camera");
  expect(times).toEqual([2, 4]);
  expect(series).toEqual([{ name: "c", values: [10, null] }]);
});
