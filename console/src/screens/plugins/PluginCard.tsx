import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge, type Tone } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import { StateBadge } from "@/kit/StateBadge";
import css from "@/screens/cameras/Cameras.module.css";
import { useMay } from "@/session/session";
import { nameOf } from "./name";
import { PluginActs } from "./PluginActs";

const TRUST: Record<string, Tone> = { delivered: "good", signed: "good", unsigned: "bad" };

export function PluginCard({ plugin }: { plugin: Wire<"Plugin"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [state = "", why] = plugin.state.split(/: (.*)/s);
  return (
    <Card flush className={css.card}>
      <div className={css.body}>
        <div className={css.head}>
          <div>
            <h2>{nameOf(plugin.id)}</h2>
            <p className="soft">
              {plugin.vendor} · {plugin.version} · {plugin.licence}
            </p>
          </div>
          <StateBadge state={state} />
        </div>
        {why && <p className={css.advice}>{why}</p>}
        <div className={css.actions}>
          <Badge tone={TRUST[plugin.trust] ?? "bad"}>{t(`plugins.${plugin.trust}`)}</Badge>
          <Badge tone={plugin.mode === "isolated" ? "good" : "info"}>{t(`plugins.${plugin.mode}`)}</Badge>
        </div>
        <Facts
          facts={[
            [t("plugins.does"), plugin.interfaces.join(", ")],
            [t("plugins.sandbox"), plugin.sandbox],
            [t("plugins.generation"), format.number(plugin.generation)],
            [t("plugins.digest"), <Copied key="sha" text={plugin.sha256} short={12} />],
            [t("plugins.key"), plugin.key_id && <Copied key="key" text={plugin.key_id} short={12} />],
            [t("plugins.package"), plugin.package_sha256 && <Copied key="p" text={plugin.package_sha256} short={12} />],
            [
              t("plugins.last_fault"),
              plugin.last_fault && `${format.ago(plugin.last_fault.at)}: ${plugin.last_fault.what}`,
            ],
          ]}
        />
        {may("settings.read") && (
          <Link to="/console/plugins/$id" params={{ id: nameOf(plugin.id) }}>
            {t("plugins.settings")}
          </Link>
        )}
        {may("plugins.manage") && <PluginActs plugin={plugin} isDisabled={state !== "active"} />}
      </div>
    </Card>
  );
}
