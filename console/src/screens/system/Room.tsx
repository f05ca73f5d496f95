import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";

/** Above this share of the disk there is soon no room for receipts. */
const FULL = 0.9;

/** How much is kept, and how much room there is. */
export function Room({ system }: { system: Wire<"System"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { disk, database, process } = system;
  const used = disk && disk.bytes_total > 0 ? 1 - disk.bytes_free / disk.bytes_total : null;
  return (
    <Card title={t("system.room")}>
      <div className={layout.form}>
        {used !== null && <Progress value={used * 100} color={used > FULL ? "red" : "ink"} aria-label={t("system.disk")} />}
        <Facts
          facts={[
            [t("system.disk"), disk && t("system.free_of", { free: format.bytes(disk.bytes_free), all: format.bytes(disk.bytes_total) })],
            [t("system.database"), database.bytes != null && format.bytes(database.bytes)],
            [t("system.memory"), process.rss_bytes != null && format.bytes(process.rss_bytes)],
          ]}
        />
      </div>
    </Card>
  );
}
