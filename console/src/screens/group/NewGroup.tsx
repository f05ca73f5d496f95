import { Button, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { AmountEntry } from "@/pay/AmountEntry";
import { CameraChoice } from "@/pay/CameraChoice";
import { useNewCheckout } from "@/pay/useNewCheckout";
import css from "./Group.module.css";
import { PAYERS_MAX, type SplitKind, toSplit } from "./split";
import { SplitEditor } from "./SplitEditor";

const KINDS: SplitKind[] = ["equal", "amounts", "shares"];
const POLICIES: Wire<"GroupPolicy">[] = ["all_or_nothing", "redistribute", "partial"];

export function NewGroup({ onOpened }: { onOpened: (id: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const group = useNewCheckout(onOpened);
  const [payers, setPayers] = useState(2);
  const [kind, setKind] = useState<SplitKind>("equal");
  const [values, setValues] = useState<number[]>(() => Array<number>(PAYERS_MAX).fill(1));
  const [policy, setPolicy] = useState(POLICIES[0]!);
  const { amount, camera } = group;
  const split = toSplit(kind, amount.amount, payers, values);

  return (
    <Loaded query={group.query}>
      {({ items }) => (
        <form
          className={css.layout}
          onSubmit={(submit) => {
            submit.preventDefault();
            group.begin({ split, policy });
          }}
        >
          <Card title={t("group.whole")}>
            <div className={css.form}>
              <AmountEntry {...group.entry} />
              <CameraChoice cameras={items} value={camera?.id ?? null} onChange={group.choose} />
            </div>
          </Card>
          <Card title={t("group.split")}>
            <div className={css.form}>
              <SegmentedControl
                fullWidth
                aria-label={t("group.kind")}
                value={kind}
                onChange={(value) => setKind(value as SplitKind)}
                data={KINDS.map((value) => ({ value, label: t(`group.${value}`) }))}
              />
              <SplitEditor
                kind={kind}
                amount={amount.amount}
                currency={amount.currency}
                payers={payers}
                values={values}
                onPayers={setPayers}
                onValues={setValues}
              />
              <Select
                label={t("group.policy")}
                description={t(`group.${policy}_text`)}
                inputWrapperOrder={["label", "input", "description"]}
                data={POLICIES.map((value) => ({ value, label: t(`group.${value}`) }))}
                value={policy}
                allowDeselect={false}
                onChange={(value) => value && setPolicy(value as Wire<"GroupPolicy">)}
              />
              <Trouble error={group.error} />
              <Button type="submit" size="lg" loading={group.isBusy} disabled={!split || !camera}>
                {amount.amount > 0
                  ? t("group.open", { amount: format.money(amount), count: payers })
                  : t("checkout.type")}
              </Button>
            </div>
          </Card>
        </form>
      )}
    </Loaded>
  );
}
