import { labelValues, total } from "./metrics";
import type { Snapshot } from "./useMetrics";

export interface Series {
  name: string;
  values: (number | null)[];
}

/** How fast a counter rose between snapshots, per second, one line for each value of `by`; a counter that fell began anew. */
export function rates(snapshots: Snapshot[], name: string, by: string, where: Record<string, string> = {}) {
  const names = labelValues(snapshots.at(-1)?.samples ?? [], name, by);
  const at = snapshots.slice(1).map((snapshot) => snapshot.at);
  const series: Series[] = names.map((value) => ({
    name: value,
    values: snapshots.slice(1).map((snapshot, place) => {
      const before = snapshots[place]!;
      const labels = { ...where, [by]: value };
      const risen = total(snapshot.samples, name, labels) - total(before.samples, name, labels);
      const seconds = snapshot.at - before.at;
      return risen < 0 || seconds <= 0 ? null : risen / seconds;
    }),
  }));
  return { at, series };
}
