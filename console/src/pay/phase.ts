/** What a payer is to do now. */
export type Phase = "look" | "prove" | "confirm" | "wait" | "paid" | "over";

const PHASES: Record<string, Phase> = {
  awaiting_payer: "look",
  awaiting_step_up: "prove",
  awaiting_confirmation: "confirm",
  paying: "wait",
  gathering: "look",
  confirming: "confirm",
  authorizing: "wait",
  capturing: "wait",
  undoing: "wait",
  in_doubt: "wait",
  paid: "paid",
  partially_paid: "paid",
};

/** Of a checkout's or a leg's state; one that is not known is over, so that nothing is asked of anybody. */
export function phaseOf(state: string): Phase {
  return PHASES[state] ?? "over";
}

export function isOver(state: string): boolean {
  const phase = phaseOf(state);
  return phase === "paid" || phase === "over";
}
