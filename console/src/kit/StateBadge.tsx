import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "./Badge";

const TONES: Record<string, Tone> = {
  // Cameras
  live: "good",
  connecting: "info",
  stalled: "warn",
  throttled: "warn",
  // Payments and checkouts
  captured: "good",
  paid: "good",
  authorized: "info",
  processing: "info",
  paying: "info",
  authorizing: "info",
  capturing: "info",
  gathering: "info",
  confirming: "info",
  confirmed: "good",
  awaiting_payer: "info",
  awaiting_confirmation: "info",
  awaiting_step_up: "warn",
  requires_identification: "info",
  requires_confirmation: "info",
  requires_step_up: "warn",
  partially_paid: "warn",
  undoing: "warn",
  in_doubt: "bad",
  declined: "bad",
  expired: "quiet",
  cancelled: "quiet",
  voided: "quiet",
  refunded: "quiet",
  partially_refunded: "quiet",
  // Identity checks
  asked: "info",
  verified: "good",
  refused: "bad",
  // People, reviews, approvals, settlements, operations
  active: "good",
  blocked: "warn",
  review: "warn",
  awaiting_approval: "warn",
  approved: "good",
  rejected: "quiet",
  withdrawn: "quiet",
  prepared: "info",
  submitting: "info",
  not_sent: "quiet",
  pending: "info",
  unknown: "warn",
  syncing: "info",
  reversing: "warn",
  reversed: "quiet",
  open: "info",
  closed: "quiet",
  matched: "good",
  with_breaks: "bad",
  manual_review: "bad",
  disabled: "quiet",
  faulted: "bad",
};

/** A state of the appliance's, in words, with its colour and sign; one that is not known here is shown as it came. */
export function StateBadge({ state, fallback = "bad" }: { state: string; fallback?: Tone }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state] ?? fallback}>{t(`state.${state}`, { defaultValue: state })}</Badge>;
}
