import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { camerasQuery } from "@/api/queries";
import { Page } from "@/kit/Page";
import { useMay } from "@/session/session";
import css from "./Analytics.module.css";
import { Now } from "./Now";
import { type Span as Days, SPANS } from "./search";
import { Settlement } from "./Settlement";
import { Span } from "./span/Span";

const route = getRouteApi("/console/analytics");
const VIEWS = ["now", ...Object.keys(SPANS)];

/** How the appliance does: now, over days, and by business day. */
export function Analytics() {
  const { t } = useTranslation();
  const may = useMay();
  const { span, camera } = route.useSearch();
  const navigate = useNavigate({ from: "/console/analytics" });
  const cameras = useQuery({ ...camerasQuery, enabled: span !== undefined && may("cameras.view") });
  return (
    <Page
      title={t("analytics.title")}
      lead={t("analytics.lead")}
      actions={
        <div className={css.tools}>
          {span && cameras.data && (
            <Select
              aria-label={t("pay.camera")}
              placeholder={t("access.camera_any")}
              data={cameras.data.items.map(({ id }) => id)}
              value={camera ?? null}
              clearable
              clearButtonProps={{ "aria-label": t("common.clear") }}
              onChange={(chosen) => void navigate({ search: { span, ...(chosen && { camera: chosen }) }, replace: true })}
            />
          )}
          <SegmentedControl
            aria-label={t("analytics.span")}
            value={span ?? "now"}
            onChange={(view) => void navigate({ search: view === "now" ? {} : { span: view as Days }, replace: true })}
            data={VIEWS.map((value) => ({ value, label: t(`analytics.span_${value}`) }))}
          />
        </div>
      }
    >
      {span ? <Span span={span} camera={camera} /> : <Now />}
      <Settlement />
    </Page>
  );
}
