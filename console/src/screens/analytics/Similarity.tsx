import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Plot } from "@/kit/Plot";
import { buckets, histogram, type Sample } from "./metrics";

/** How alike faces in view and enrolled faces were, against what is asked for. */
export function Similarity({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const found = useMemo(() => histogram(samples, "facepay_match_similarity"), [samples]);
  const counted = useMemo(() => (found ? buckets(found).filter(({ upTo }) => Number.isFinite(upTo)) : []), [found]);
  const threshold = samples.find(({ name }) => name === "facepay_match_threshold")?.value ?? null;
  if (!found || found.count === 0) return <p className="soft">{t("analytics.nothing_yet")}</p>;
  return (
    <Plot
      name={t("analytics.similarity")}
      x={counted.map(({ upTo }) => upTo)}
      lines={[{ name: t("analytics.looks"), values: counted.map(({ count }) => count) }]}
      kind="bars"
      mark={threshold}
    />
  );
}
