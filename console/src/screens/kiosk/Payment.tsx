import type { ReactNode } from "react";
import { useFormat } from "@/i18n/format";
import { Loaded } from "@/kit/Loaded";
import { Countdown } from "@/pay/Countdown";
import { isOver, phaseOf } from "@/pay/phase";
import { PinEntry } from "@/pay/PinEntry";
import { Prompt } from "@/pay/Prompt";
import { useCheckout } from "@/pay/useCheckout";
import css from "./Kiosk.module.css";
import { Outcome } from "./Outcome";
import { Step } from "./Step";

interface Props {
  id: string;
  camera: ReactNode;
  onOtherwise: () => void;
}

/** One payer's way from the look to the receipt, one thing on the screen at a time. */
export function Payment({ id, camera, onOtherwise }: Props) {
  const format = useFormat();
  const sale = useCheckout(id);
  return (
    <Loaded query={sale.query}>
      {(checkout) => {
        if (isOver(checkout.state)) return <Outcome checkout={checkout} />;
        // Nobody types a PIN before a picture of themselves.
        const looks = phaseOf(checkout.state) !== "prove";
        return (
          <div className={css.attract}>
            <div className={css.words}>
              <p className={css.amount}>{format.money(checkout.amount)}</p>
              <Countdown from={checkout.created_at} until={checkout.expires_at} />
              <Step
                checkout={checkout}
                sale={sale}
                onOtherwise={() => {
                  sale.cancel.mutate();
                  onOtherwise();
                }}
              />
            </div>
            {looks ? (
              <div className={css.picture}>
                {camera}
                <Prompt challenge={checkout.challenge} />
              </div>
            ) : (
              <div className={css.pin}>
                <PinEntry shuffled busy={sale.stepUp.isPending} onPin={(pin) => sale.stepUp.mutate({ pin })} />
              </div>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
