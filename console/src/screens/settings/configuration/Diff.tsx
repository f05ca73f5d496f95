import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Badge } from "@/kit/Badge";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { save } from "@/kit/save";
import css from "./Configuration.module.css";
import { shown, type Value } from "./fields";

interface Props<Told> {
  /** By which the answer is known as the one to these changes. */
  name: readonly unknown[];
  ask: () => Promise<Told>;
  /** What makes it so. */
  file: { name: string; text: string };
  words: { valid: string; invalid: string; apply: string };
  /** What else there is to say about the answer. */
  note?: (told: Told) => ReactNode;
  onClose: () => void;
  onDrop: () => void;
}

/** What would change, whether it would be taken, and the file that makes it so. */
export function Diff<Told extends Wire<"SettingsCheck">>({ name, ask, file, words, note, onClose, onDrop }: Props<Told>) {
  const { t } = useTranslation();
  // Asked once: to try is work for the appliance.
  const query = useQuery({ queryKey: name, queryFn: ask, staleTime: Infinity, gcTime: 0, retry: false });
  return (
    <Modal opened onClose={onClose} size="lg" title={t("settings.compare")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Loaded query={query} lines={4}>
        {(told) => (
          <div className={layout.form}>
            <div role="status">
              <Badge tone={told.valid ? "good" : "bad"}>{told.valid ? words.valid : words.invalid}</Badge>
              {told.problem && <p className="small">{told.problem}</p>}
            </div>
            {note?.(told)}
            <dl className={css.diff}>
              {told.changes.map(({ key, from, to, source, overridden }) => (
                <div key={key}>
                  <dt>
                    <code dir="ltr">{key}</code> <span className="small soft">{source}</span>
                  </dt>
                  {overridden && <dd data-side="note">{t("settings.overridden")}</dd>}
                  <dd dir="ltr" data-side="from" data-sign="−">
                    {shown(from as Value)}
                  </dd>
                  <dd dir="ltr" data-side="to" data-sign="+">
                    {shown(to as Value)}
                  </dd>
                </div>
              ))}
            </dl>
            {told.valid && (
              // It scrolls, so the keyboard has to get into it.
              <pre className={css.file} dir="ltr" tabIndex={0} aria-label={file.name}>
                {file.text}
              </pre>
            )}
            <p className="small soft">{words.apply}</p>
            <div className={layout.actions}>
              <Button
                disabled={!told.valid}
                leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
                onClick={() => save(file.name, new Blob([file.text], { type: "application/toml" }))}
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
