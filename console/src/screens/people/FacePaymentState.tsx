import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge, type Tone } from "@/kit/Badge";

const TONES: Record<string, Tone> = { on: "good", waiting: "info", off: "quiet" };

/** How payment by face stands, and from when on it is in force. */
export function FacePaymentState({ standing }: { standing: Wire<"FacePayment"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, from } = standing;
  return (
    <div role="status">
      <Badge tone={TONES[state] ?? "quiet"}>{t(`face_payment.${state}`)}</Badge>
      {from && <p className="small soft number">{t(`face_payment.${state}_since`, { at: format.when(from) })}</p>}
    </div>
  );
}
