import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { StateBadge } from "@/kit/StateBadge";
import { Timeline } from "./Timeline";
import css from "./Transactions.module.css";

/** What was asked of the provider for this payment, and what came of it. */
export function Operations({ operations }: { operations: Wire<"OperationHistory">[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("transactions.operations")}>
      {operations.length === 0 && <p className="soft">{t("transactions.no_operations")}</p>}
      {operations.map((operation) => (
        <Operation key={operation.id} operation={operation} />
      ))}
    </Card>
  );
}

function Operation({ operation }: { operation: Wire<"OperationHistory"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [opened, { toggle }] = useDisclosure();
  const { kept, steps } = operation;
  return (
    <div className={css.request}>
      <div className={layout.line}>
        <div>
          <p>
            {t(`timeline.operation_${operation.kind}`, { defaultValue: operation.kind })}{" "}
            <b className="number">{format.money(operation.amount)}</b>
          </p>
          <p className="small soft">
            <bdi>{operation.provider}</bdi> · {format.when(operation.created_at)}
          </p>
        </div>
        <div className={layout.actions}>
          <Button variant="subtle" size="xs" aria-expanded={opened} onClick={toggle}>
            {t("identity.more")}
          </Button>
          <StateBadge state={operation.state} />
        </div>
      </div>
      <Collapse expanded={opened}>
        <div className={layout.stack}>
          <Facts
            facts={[
              [t("transactions.provider_ref"), operation.provider_ref && <Copied key="ref" text={operation.provider_ref} short={20} />],
              [t("transactions.attempt"), <Copied key="attempt" text={operation.attempt} short={20} />],
              [t("transactions.tries"), format.number(operation.tries)],
              [t("identity.why"), operation.reason && t(`reason.${operation.reason}`, { defaultValue: operation.reason })],
            ]}
          />
          <Timeline
            moments={steps.map(({ seq, at, after_ms, action, state, reason }) => ({
              id: String(seq),
              name: state ?? action,
              at,
              afterMs: after_ms,
              note: reason ?? undefined,
            }))}
          />
          {kept && (
            <pre className={css.raw} dir="ltr" tabIndex={0} aria-label={t("transactions.kept")}>
              {JSON.stringify(kept, null, 2)}
            </pre>
          )}
        </div>
      </Collapse>
    </div>
  );
}
