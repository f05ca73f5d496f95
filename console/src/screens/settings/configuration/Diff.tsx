import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/kit/Badge";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { save } from "@/kit/save";
import css from "./Configuration.module.css";
import { shown, toToml, type Value } from "./fields";
import { check } from "./query";

interface Props {
  changes: Record<string, Value>;
  onClose: () => void;
  onDrop: () => void;
}

/** What would change, whether the appliance would take it, and the file that makes it so. */
export function Diff({ changes, onClose, onDrop }: Props) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["/settings/check", changes], queryFn: () => check(changes), staleTime: 0, retry: false });
  return (
    <Modal opened onClose={onClose} size="lg" title={t("settings.compare")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Loaded query={query} lines={4}>
        {({ valid, problem, changes: told }) => (
          <div className={layout.form}>
            <div role="status">
              <Badge tone={valid ? "good" : "bad"}>{t(valid ? "settings.valid" : "settings.invalid")}</Badge>
              {problem && <p className="small">{problem}</p>}
            </div>
            <dl className={css.diff}>
              {told.map(({ key, from, to, source, overridden }) => (
                <div key={key}>
                  <dt>
                    <code dir="ltr">{key}</code> <span className="small soft">{source}</span>
                  </dt>
                  {overridden && <dd data-side="note">{t("settings.overridden")}</dd>}
                  <dd dir="ltr" data-side="from" data-sign="−">
                    {shown(from)}
                  </dd>
                  <dd dir="ltr" data-side="to" data-sign="+">
                    {shown(to)}
                  </dd>
                </div>
              ))}
            </dl>
            <p className="small soft">{t("settings.apply_text")}</p>
            <div className={layout.actions}>
              <Button
                disabled={!valid}
                leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
                onClick={() => save("90-console.toml", new Blob([toToml(changes)], { type: "application/toml" }))}
              >
                {t("settings.save_toml")}
              </Button>
              <Button variant="default" onClick={onDrop}>
                {t("settings.drop")}
              </Button>
            </div>
          </div>
        )}
      </Loaded>
    </Modal>
  );
}
