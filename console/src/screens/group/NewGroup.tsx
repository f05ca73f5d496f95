import { Button, SegmentedControl, Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { afterFailure, answered, client, idempotencyKey, once } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { AmountEntry } from "@/pay/AmountEntry";
import { CameraChoice } from "@/pay/CameraChoice";
import { keepCurrency, usualCurrency } from "@/pay/currencies";
import { useCamera } from "@/pay/useCamera";
import css from "./Group.module.css";
import { PAYERS_MAX, type SplitKind, toSplit } from "./split";
import { SplitEditor } from "./SplitEditor";

const KINDS: SplitKind[] = ["equal", "amounts", "shares"];
const POLICIES = ["all_or_nothing", "redistribute", "partial"];

export function NewGroup({ onOpened }: { onOpened: (id: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { query, camera, choose } = useCamera();
  const [amount, setAmount] = useState(0);
  const [currency, setCurrency] = useState(usualCurrency);
  const [payers, setPayers] = useState(2);
  const [kind, setKind] = useState<SplitKind>("equal");
  const [values, setValues] = useState<number[]>(() => Array<number>(PAYERS_MAX).fill(1));
  const [policy, setPolicy] = useState(POLICIES[0]!);
  const key = useRef(idempotencyKey());
  const split = toSplit(kind, amount, payers, values);

  const open = useMutation({
    mutationFn: (camera: string) =>
      answered(
        client.POST("/checkouts", {
          params: { header: once(key.current) },
          body: { camera, amount: { amount, currency }, split, policy },
        }),
      ),
    onSuccess: ({ id }) => onOpened(id),
    onError: (error) => void (key.current = afterFailure(key.current, error)),
  });

  return (
    <Loaded query={query}>
      {({ items }) => (
        <form
          className={css.layout}
          onSubmit={(submit) => {
            submit.preventDefault();
            if (camera) open.mutate(camera.id);
          }}
        >
          <Card title={t("group.whole")}>
            <div className={css.form}>
              <AmountEntry
                amount={amount}
                currency={currency}
                onAmount={setAmount}
                onCurrency={(chosen) => {
                  setCurrency(chosen);
                  keepCurrency(chosen);
                }}
              />
              <CameraChoice cameras={items} value={camera?.id ?? null} onChange={choose} />
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
                amount={amount}
                currency={currency}
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
                onChange={(value) => value && setPolicy(value)}
              />
              <Trouble error={open.error} />
              <Button type="submit" size="lg" loading={open.isPending} disabled={!split || !camera}>
                {amount > 0
                  ? t("group.open", { amount: format.money({ amount, currency }), count: payers })
                  : t("checkout.type")}
              </Button>
            </div>
          </Card>
        </form>
      )}
    </Loaded>
  );
}
