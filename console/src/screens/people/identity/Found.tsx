import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Facts } from "@/kit/Facts";
import { StateBadge } from "@/kit/StateBadge";
import layout from "@/kit/layout.module.css";

/** What an issuer said of somebody: all of it right after the check, later what is kept. */
export function Found({ check }: { check: Wire<"IdentityCheck"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = Object.entries(check.attributes ?? {});
  return (
    <div className={layout.form} role="status">
      <div className={layout.actions}>
        <StateBadge state={check.state} />
        {check.is_shared && <Badge tone="warn">{t("identity.shared")}</Badge>}
      </div>
      <Facts
        facts={[
          ...attributes.map(([name, value]) => [t(`identity.${name}`, { defaultValue: name }), value] as [string, string]),
          [t("identity.why"), check.code && <code key="code">{check.code}</code>],
          [t("identity.issuer"), check.issuer],
          [t("identity.issued_at"), check.issued_at && format.when(check.issued_at)],
          [t("identity.assurance"), check.assurance && t(`identity.assurance_${check.assurance}`)],
          [t("identity.portrait"), check.portrait_similarity != null && format.number(check.portrait_similarity, 2)],
          [t("identity.used_at"), check.used_at && format.when(check.used_at)],
        ]}
      />
    </div>
  );
}
