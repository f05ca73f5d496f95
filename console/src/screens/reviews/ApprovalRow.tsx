import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answered, client, once, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Decision } from "./Decision";

export function ApprovalRow({ approval }: { approval: Wire<"Approval"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const detail = approval.detail as { amount?: Wire<"Amount"> };
  const decide = useMutation({
    mutationFn: (yes: boolean) => {
      const request = { params: { path: { id: approval.id }, header: once() }, body: {} };
      return yes
        ? answered(client.POST("/approvals/{id}/approve", request))
        : answered(client.POST("/approvals/{id}/reject", request));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/approvals"] }),
  });
  return (
    <Decision
      state={approval.state}
      isOpen={approval.state === "awaiting_approval"}
      busy={decide.isPending}
      error={decide.error}
      onDecide={(yes) => decide.mutate(yes)}
    >
      <p>
        {t(`reviews.${approval.kind}`, { defaultValue: approval.kind })}{" "}
        {detail.amount && <b className="number">{format.money(detail.amount)}</b>}
      </p>
      <p className="small soft">
        {t("reviews.asked", { by: approval.requested_by, when: format.ago(approval.requested_at) })}
      </p>
      {approval.kind === "refund" && (
        <Link to="/console/transactions/$id" params={{ id: approval.subject }} className="small">
          {t("reviews.payment")}
        </Link>
      )}
    </Decision>
  );
}
