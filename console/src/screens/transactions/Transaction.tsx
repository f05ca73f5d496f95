import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { receiptQuery, transactionQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { StateBadge } from "@/kit/StateBadge";
import { Reasons } from "@/pay/Reasons";
import { ReceiptView } from "@/pay/ReceiptView";
import { Acts } from "./Acts";
import { historyQuery } from "./history";
import { Operations } from "./Operations";
import { Raw } from "./Raw";
import { Timeline } from "./Timeline";
import { ends, moments } from "./timeline";

const route = getRouteApi("/console/transactions/$id");
const WITH_RECEIPT = new Set(["captured", "partially_refunded", "refunded"]);

/** One payment: where it stands, how it got there, and what can still be done. */
export function Transaction() {
  const { t } = useTranslation();
  const format = useFormat();
  const { id } = route.useParams();
  const query = useQuery(transactionQuery(id));
  const history = useQuery(historyQuery(id));
  const paid = WITH_RECEIPT.has(query.data?.state ?? "");
  const receipt = useQuery({ ...receiptQuery(id), enabled: paid });
  return (
    <Loaded query={query}>
      {(payment) => (
        <Page title={format.money(payment.amount)} actions={<StateBadge state={payment.state} />}>
          <div className={layout.columns}>
            <div className={layout.stack}>
              <Card title={t("transactions.timeline")}>
                {history.error && Problem.from(history.error).isAbsent ? (
                  <Timeline moments={moments(ends(payment), payment, receipt.data)} />
                ) : (
                  <Loaded query={history} lines={4}>
                    {({ steps }) => <Timeline moments={moments(steps, payment, receipt.data)} />}
                  </Loaded>
                )}
              </Card>
              <Card title={t("transactions.about")}>
                <Facts
                  facts={[
                    [t("transactions.reference"), payment.reference],
                    [t("transactions.terminal"), payment.terminal],
                    [t("transactions.branch"), payment.branch],
                    [t("transactions.provider"), payment.provider],
                    [t("transactions.captured"), format.money(payment.captured)],
                    [t("transactions.refunded"), payment.refunded.amount > 0 ? format.money(payment.refunded) : null],
                    [
                      t("transactions.payer"),
                      payment.user_id && (
                        <Link to="/console/people/$id" params={{ id: payment.user_id }}>
                          {t("transactions.see_payer")}
                        </Link>
                      ),
                    ],
                    [t("people.id"), <Copied key="id" text={payment.id} short={12} />],
                  ]}
                />
                <Reasons reasons={(payment.reasons ?? []).filter((reason) => reason !== payment.state)} />
              </Card>
              <Acts payment={payment} />
            </div>
            <div className={layout.stack}>
              {paid && (
                <Card title={t("receipt.title")}>
                  <Loaded query={receipt}>{(receipt) => <ReceiptView receipt={receipt} />}</Loaded>
                </Card>
              )}
              {history.data && <Operations operations={history.data.operations} />}
              <Raw title={t("transactions.raw")} text={JSON.stringify(payment, null, 2)} />
              {receipt.data && <Raw title={t("receipt.raw")} text={pretty(receipt.data.receipt)} />}
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}
