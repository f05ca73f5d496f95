import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { userQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { nameOf } from "@/screens/plugins/name";

/** What exactly is asked for, in words. */
export function Subject({ approval }: { approval: Wire<"Approval"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const detail = approval.detail as { amount?: number; currency?: string; outcome?: string; change?: string; step?: string };
  switch (approval.kind) {
    case "erase":
      return <ToErase id={approval.subject} isOpen={approval.state === "awaiting_approval"} />;
    case "plugin":
      return <p>{t(`reviews.plugin_${detail.change ?? "reload"}`, { plugin: nameOf(approval.subject) })}</p>;
    case "model":
      return <p>{t("reviews.model", { step: t(`model_change.${detail.step ?? "start"}`) })}</p>;
    default:
      return (
        <p>
          {t(`reviews.${approval.kind}`)}{" "}
          {detail.amount !== undefined && (
            <b className="number">{format.money({ amount: detail.amount, currency: detail.currency ?? "" })}</b>
          )}
          {detail.outcome}
        </p>
      );
  }
}

/** Somebody who is gone is only an id. */
function ToErase({ id, isOpen }: { id: string; isOpen: boolean }) {
  const { t } = useTranslation();
  const person = useQuery({ ...userQuery(id), enabled: isOpen, retry: false });
  const name = person.data?.name ?? `…${id.slice(-12)}`;
  return (
    <p>
      {t("reviews.erase")}{" "}
      {isOpen ? (
        <Link to="/console/people/$id" params={{ id }}>
          {name}
        </Link>
      ) : (
        <code dir="ltr">{name}</code>
      )}
    </p>
  );
}
