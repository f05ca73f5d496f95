import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Plot } from "@/kit/Plot";
import { rates } from "./rates";
import type { Snapshot } from "./useMetrics";

export function Throughput({ kept }: { kept: Snapshot[] }) {
  const { t } = useTranslation();
  const { at, series } = useMemo(
    () => rates(kept, "facepay_frames_total", "camera", { result: "analysed" }),
    [kept],
  );
  return <Plot name={t("analytics.throughput")} x={at} lines={series} isTime unit="/s" />;
}
