import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answered, client, once, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { useGrant } from "@/session/session";
import { Decision } from "./Decision";
import { Subject } from "./Subject";

interface Props {
  approval: Wire<"Approval">;
  onErased: (certificate: Wire<"ErasureCertificate">) => void;
}

/** Something that somebody asked for, about which somebody else decides. */
export function ApprovalRow({ approval, onErased }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const isOwn = approval.requested_by === `operator:${useGrant()?.id}`;
  const isOpen = approval.state === "awaiting_approval";
  const decide = useMutation({
    mutationFn: (yes: boolean) => {
      const request = { params: { path: { id: approval.id }, header: once() }, body: {} };
      return yes
        ? answered(client.POST("/approvals/{id}/approve", request))
        : answered(client.POST("/approvals/{id}/reject", request));
    },
    onSuccess: async (decided) => {
      if (decided.certificate) onErased(decided.certificate);
      await queries.invalidateQueries();
    },
  });
  return (
    <Decision
      state={approval.state}
      isOpen={isOpen && !isOwn}
      busy={decide.isPending}
      error={decide.error}
      onDecide={(yes) => decide.mutate(yes)}
    >
      <Subject approval={approval} />
      <p className="small soft">
        {isOwn ? (
          t("reviews.own", { when: format.ago(approval.requested_at) })
        ) : (
          <bdi title={approval.requested_by}>
            {t("reviews.asked", { by: short(approval.requested_by), when: format.ago(approval.requested_at) })}
          </bdi>
        )}
        {isOpen && ` · ${t("reviews.until", { at: format.when(approval.expires_at) })}`}
      </p>
      {approval.kind === "refund" && (
        <Link to="/console/transactions/$id" params={{ id: approval.subject }} className="small">
          {t("reviews.payment")}
        </Link>
      )}
    </Decision>
  );
}

/** `operator:` or `key:` and the end of its id, where ids differ. */
function short(actor: string): string {
  return actor.replace(/:(.{10,})$/, (_, id: string) => ` …${id.slice(-6)}`);
}
