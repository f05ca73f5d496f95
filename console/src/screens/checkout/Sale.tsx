import { CameraView } from "@/kit/CameraView";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";
import { useFormat } from "@/i18n/format";
import { Countdown } from "@/pay/Countdown";
import { isOver, phaseOf } from "@/pay/phase";
import { Prompt } from "@/pay/Prompt";
import { useCheckout } from "@/pay/useCheckout";
import { Confirming } from "./Confirming";
import { Looking } from "./Looking";
import { Over } from "./Over";
import { Paid } from "./Paid";
import { Paying } from "./Paying";
import { Proving } from "./Proving";
import css from "./Till.module.css";

export function Sale({ id, onNew }: { id: string; onNew: () => void }) {
  const format = useFormat();
  const sale = useCheckout(id);
  return (
    <Loaded query={sale.query}>
      {(checkout) => {
        const phase = phaseOf(checkout.state);
        return (
          <div className={css.till}>
            <Card flush className={css.stage}>
              <CameraView camera={checkout.camera}>
                {!isOver(checkout.state) && <Prompt challenge={checkout.challenge} />}
              </CameraView>
            </Card>
            <Card>
              <div className={css.side}>
                <div className={css.head}>
                  <p className={css.amount}>{format.money(checkout.amount)}</p>
                  <StateBadge state={checkout.state} />
                </div>
                {!isOver(checkout.state) && <Countdown from={checkout.created_at} until={checkout.expires_at} />}
                {phase === "look" && <Looking checkout={checkout} sale={sale} />}
                {phase === "prove" && <Proving checkout={checkout} sale={sale} />}
                {phase === "confirm" && <Confirming checkout={checkout} sale={sale} />}
                {phase === "wait" && <Paying />}
                {phase === "paid" && <Paid checkout={checkout} onNew={onNew} />}
                {phase === "over" && <Over checkout={checkout} onNew={onNew} />}
              </div>
            </Card>
          </div>
        );
      }}
    </Loaded>
  );
}
