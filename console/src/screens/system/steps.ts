import type { Wire } from "@/api/client";

export type Step = "start" | "cut_over" | "roll_back" | "settle";

export const ROUTES = {
  start: "/model-change/start",
  cut_over: "/model-change/cut-over",
  roll_back: "/model-change/roll-back",
  settle: "/model-change/settle",
} as const;

/** Which steps are open from where a change stands, as docs/model-change.md has it. */
export function stepsOf({ phase, ready }: Pick<Wire<"ModelChange">, "phase" | "ready">): Step[] {
  switch (phase) {
    case "shadowing":
      return ready ? ["cut_over", "roll_back"] : ["roll_back"];
    case "cut_over":
      return ["roll_back", "settle"];
    case "rolled_back":
      return ["start", "settle"];
    default:
      return ["start"];
  }
}
