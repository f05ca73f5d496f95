import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Reasons } from "@/pay/Reasons";

/** Why the pictures that were taken are not good enough: each reason once, as advice. */
export function RefusedPictures({ pictures }: { pictures: Wire<"RefusedPicture">[] }) {
  const { t, i18n } = useTranslation();
  const reasons = new Set(pictures.flatMap(({ code, reasons }) => (reasons.length > 0 ? reasons : [code])));
  const advice = [...reasons].map((reason) => (i18n.exists(`advice.${reason}`) ? t(`advice.${reason}`) : reason));
  return (
    <div role="alert">
      <Reasons reasons={[...new Set(advice)]} />
    </div>
  );
}
