import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CameraView } from "@/kit/CameraView";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";
import { Trouble } from "@/kit/Trouble";
import { useFormat } from "@/i18n/format";
import { Countdown } from "@/pay/Countdown";
import { isOver } from "@/pay/phase";
import { Reasons } from "@/pay/Reasons";
import { useCheckout } from "@/pay/useCheckout";
import { Boxes } from "@/screens/live/Boxes";
import till from "@/screens/checkout/Till.module.css";
import css from "./Group.module.css";
import { LegRow } from "./LegRow";

/** Everybody on the stage: whose part is whose, and who has said yes. */
export function Gathering({ id, onNew }: { id: string; onNew: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const group = useCheckout(id);
  return (
    <Loaded query={group.query}>
      {(checkout) => {
        const over = isOver(checkout.state);
        const legs = checkout.legs ?? [];
        return (
          <div className={`${css.layout} ${css.stage}`}>
            <Card flush>
              <CameraView camera={checkout.camera}>
                <Boxes camera={checkout.camera} />
              </CameraView>
            </Card>
            <Card>
              <div className={till.side}>
                <div className={till.head}>
                  <p className={till.amount}>{format.money(checkout.amount)}</p>
                  <StateBadge state={checkout.state} />
                </div>
                {!over && <Countdown from={checkout.created_at} until={checkout.expires_at} />}
                <p className="soft">{t(over ? "group.over_text" : "group.gather_text")}</p>
                <ol>
                  {legs.map((leg) => (
                    <LegRow key={leg.number} checkout={id} leg={leg} />
                  ))}
                </ol>
                {checkout.reason && checkout.reason !== checkout.state && <Reasons reasons={[checkout.reason]} />}
                <Trouble error={group.cancel.error} />
                {over ? (
                  <Button size="lg" onClick={onNew}>
                    {t("checkout.next")}
                  </Button>
                ) : (
                  <Button variant="default" loading={group.cancel.isPending} onClick={() => group.cancel.mutate()}>
                    {t("group.cancel_all")}
                  </Button>
                )}
              </div>
            </Card>
          </div>
        );
      }}
    </Loaded>
  );
}
