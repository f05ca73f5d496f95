import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { AnimatePresence } from "motion/react";
import * as m from "motion/react-m";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { userQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { StateBadge } from "@/kit/StateBadge";
import { Trouble } from "@/kit/Trouble";
import { phaseOf } from "@/pay/phase";
import { PinEntry } from "@/pay/PinEntry";
import css from "./LegRow.module.css";
import { useLeg } from "./useLeg";

/** One payer's part. */
export function LegRow({ checkout, leg }: { checkout: string; leg: Wire<"Leg"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const acts = useLeg(checkout, leg);
  const user = useQuery({ ...userQuery(leg.user_id ?? ""), enabled: Boolean(leg.user_id), retry: false });
  const phase = phaseOf(leg.state);
  const nobody = t("group.person", { number: leg.number });
  const name = leg.user_id ? (user.data?.name ?? t("pay.recognised")) : nobody;
  return (
    <li className={css.leg} data-there={Boolean(leg.user_id)}>
      <div className={css.line}>
        <span className={css.place} aria-hidden>
          {format.number(leg.number)}
        </span>
        <b>{name}</b>
        <span className="number">{format.money(leg.amount)}</span>
        <StateBadge state={leg.state} />
      </div>
      <AnimatePresence initial={false}>
        {phase === "confirm" && leg.state === "awaiting_confirmation" && (
          <m.div className={css.acts} initial={{ opacity: 0 }} animate={{ opacity: 1 }} exit={{ opacity: 0 }}>
            <Button loading={acts.confirm.isPending} onClick={() => acts.confirm.mutate()}>
              {t("group.yes", { name, amount: format.money(leg.amount) })}
            </Button>
            <Button variant="default" loading={acts.cancel.isPending} onClick={() => acts.cancel.mutate()}>
              {t("pay.no")}
            </Button>
          </m.div>
        )}
      </AnimatePresence>
      {phase === "prove" && (
        <PinEntry shuffled={false} busy={acts.stepUp.isPending} onPin={(pin) => acts.stepUp.mutate(pin)} />
      )}
      <Trouble error={acts.confirm.error ?? acts.cancel.error ?? acts.stepUp.error} />
    </li>
  );
}
