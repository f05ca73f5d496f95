import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { type Column, Table } from "@/kit/Table";
import { histogram, labelValues, quantile, type Sample, total } from "./metrics";

interface Row {
  camera: string;
  analysed: number;
  superseded: number;
  shed: number;
  stale: number;
  failed: number;
  p95Ms: number | null;
}

export function CameraTable({ samples }: { samples: Sample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const frames = (camera: string, result: string) => total(samples, "facepay_frames_total", { camera, result });
  const rows: Row[] = labelValues(samples, "facepay_frames_total", "camera").map((camera) => {
    const age = histogram(samples, "facepay_frame_age_seconds", { camera });
    const p95 = age && quantile(age, 0.95);
    return {
      camera,
      analysed: frames(camera, "analysed"),
      superseded: frames(camera, "superseded"),
      shed: frames(camera, "shed"),
      stale: frames(camera, "stale"),
      failed: frames(camera, "failed"),
      p95Ms: p95 === null ? null : p95 * 1000,
    };
  });
  const columns: Column<Row>[] = [
    { name: t("pay.camera"), cell: (row) => row.camera },
    { name: t("analytics.analysed"), end: true, cell: (row) => format.number(row.analysed) },
    { name: t("analytics.superseded"), end: true, wide: true, cell: (row) => format.number(row.superseded) },
    { name: t("analytics.shed"), end: true, wide: true, cell: (row) => format.number(row.shed) },
    { name: t("analytics.stale"), end: true, wide: true, cell: (row) => format.number(row.stale) },
    { name: t("analytics.failed"), end: true, wide: true, cell: (row) => format.number(row.failed) },
    {
      name: t("analytics.frame_age"),
      end: true,
      cell: (row) => (row.p95Ms === null ? "–" : t("live.ms", { ms: format.number(row.p95Ms) })),
    },
  ];
  return <Table label={t("analytics.cameras")} columns={columns} rows={rows} id={(row) => row.camera} />;
}
