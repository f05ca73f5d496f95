import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconClockOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Plot } from "@/kit/Plot";
import { type Kind, KINDS, historyQuery } from "./history-query";

/** What the appliance remembers of longer times, where it does. */
export function History() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("payments");
  const query = useQuery(historyQuery(kind));
  if (query.error && Problem.from(query.error).isAbsent) {
    return <Notice icon={IconClockOff} title={t("analytics.no_history")} text={t("analytics.no_history_text")} />;
  }
  return (
    <>
      <SegmentedControl
        aria-label={t("analytics.history")}
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        data={KINDS.map((value) => ({ value, label: t(`analytics.history_${value}`) }))}
      />
      <Loaded query={query}>
        {({ at, series }) => (
          <Plot
            name={t(`analytics.history_${kind}`)}
            x={at.map((time) => Date.parse(time) / 1000)}
            lines={series}
            isTime
          />
        )}
      </Loaded>
    </>
  );
}
