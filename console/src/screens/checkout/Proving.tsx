import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/kit/Trouble";
import { PinEntry } from "@/pay/PinEntry";
import { Reasons } from "@/pay/Reasons";
import { useMay } from "@/session/session";
import { Payer } from "./Payer";
import type { Step } from "./step";
import css from "./Till.module.css";

/** A face is not enough this time: the payer's PIN, or the word of staff. */
export function Proving({ checkout, sale }: Step) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      <Payer id={checkout.user_id} />
      <Reasons reasons={checkout.reasons ?? []} />
      <PinEntry shuffled={false} busy={sale.stepUp.isPending} onPin={(pin) => sale.stepUp.mutate({ pin })} />
      <Trouble error={sale.stepUp.error} />
      <div className={css.actions}>
        {may("people.write") && (
          <Button variant="light" onClick={() => sale.stepUp.mutate({ attested: true })}>
            {t("pay.attest")}
          </Button>
        )}
        <Button variant="default" loading={sale.cancel.isPending} onClick={() => sale.cancel.mutate()}>
          {t("pay.cancel")}
        </Button>
      </div>
    </>
  );
}
