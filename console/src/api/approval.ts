import { useQuery } from "@tanstack/react-query";
import { useMay } from "@/session/session";
import type { Wire } from "./client";
import { listQuery } from "./queries";

/** What needs two people is answered with what waits for the second of them, not with what came of it. */
export function waits<Answer>(answer: Answer): answer is Extract<Answer, { requested_by: string }> {
  return typeof answer === "object" && answer !== null && "requested_by" in answer;
}

/** What waits for a second person's word about something: which person to erase, which plugin to change. */
export function useAwaited(kind: Wire<"ApprovalKind">, subject: string): Wire<"Approval"> | undefined {
  const may = useMay();
  const { data } = useQuery({ ...listQuery("/approvals"), enabled: may("payments.read"), retry: false });
  return data?.items.find((one) => one.kind === kind && one.subject === subject && one.state === "awaiting_approval");
}
