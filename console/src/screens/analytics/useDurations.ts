import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import type { Bar } from "./Bars";

/** A step of the way from a picture to a name, as a bar: the median full, 95 % pale. */
export function useDurations(): (stage: string, p50Ms: number, p95Ms: number) => Bar {
  const { t } = useTranslation();
  const format = useFormat();
  const digits = (ms: number) => (ms < 10 ? 1 : 0);
  return (stage, p50, p95) => ({
    id: stage,
    name: t(`stage.${stage}`, { defaultValue: stage }),
    value: p50,
    behind: p95,
    text: t("analytics.p50_p95", { p50: format.number(p50, digits(p50)), p95: format.number(p95, digits(p95)) }),
  });
}
