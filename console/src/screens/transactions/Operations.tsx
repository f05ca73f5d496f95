import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";

/** What was asked of the provider for this payment, among its newest requests. */
export function Operations({ transaction }: { transaction: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(listQuery("/operations", { query: { limit: 200 } }));
  return (
    <Card title={t("transactions.operations")}>
      <Loaded query={query} lines={2}>
        {({ items }) => {
          const ours = items.filter(({ transaction_id }) => transaction_id === transaction);
          if (ours.length === 0) return <p className="soft">{t("transactions.no_operations")}</p>;
          return ours.map((operation) => (
            <div key={operation.id} className={layout.line}>
              <div>
                <p>
                  {t(`timeline.operation_${operation.kind}`, { defaultValue: operation.kind })}{" "}
                  <span className="number">{format.money(operation.amount)}</span>
                </p>
                <p className="small soft">{format.when(operation.created_at)}</p>
                {operation.provider_ref && (
                  <Copied label={t("transactions.provider_ref")} text={operation.provider_ref} short={16} />
                )}
              </div>
              <StateBadge state={operation.state} />
            </div>
          ));
        }}
      </Loaded>
    </Card>
  );
}
