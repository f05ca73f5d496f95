import { Button } from "@mantine/core";
import { IconArchive, IconDatabaseExport } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { useMay } from "@/session/session";
import { SHOWN, standing } from "./backups";
import { backupsQuery } from "./query";

/** The backups there are, and one more on demand. None is handed out or put back here. */
export function Backups() {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const backups = useQuery(backupsQuery);
  const [asked, ask] = useState(false);
  const make = useMutation({
    mutationFn: () => answered(client.POST("/system/backups", { body: {} })),
    onSettled: () => queries.invalidateQueries({ queryKey: backupsQuery.queryKey }),
    onSuccess: () => ask(false),
  });
  return (
    <Card
      title={t("backups.title")}
      note={t("backups.text")}
      actions={
        may("settings.manage") &&
        backups.data?.configured && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDatabaseExport size={16} stroke={1.6} aria-hidden />}
            disabled={Boolean(backups.data.making)}
            onClick={() => ask(true)}
          >
            {t("backups.make")}
          </Button>
        )
      }
    >
      <Loaded query={backups} lines={3}>
        {(found) => <Found backups={found} />}
      </Loaded>
      <Ask
        opened={asked}
        title={t("backups.make")}
        action={t("backups.make")}
        busy={make.isPending}
        error={make.error}
        onClose={() => {
          make.reset();
          ask(false);
        }}
        onDo={() => make.mutate()}
      >
        <p>{t("backups.make_text")}</p>
      </Ask>
    </Card>
  );
}

function Found({ backups }: { backups: Wire<"Backups"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { items, making, failure } = backups;
  const { tone, text, at } = standing(backups);
  const more = items.length - SHOWN;
  return (
    <div className={layout.form}>
      <div className={layout.actions} role="status">
        <Badge tone={tone}>{t(`backups.${text}`, { at: at && format.ago(at) })}</Badge>
        {making && <Badge tone="info">{t("backups.making", { at: format.clock(making.since) })}</Badge>}
      </div>
      {failure && (
        <p className="small">
          {t("backups.failed", { at: format.when(failure.at) })}{" "}
          <span className="soft" lang="en">
            <bdi>{failure.detail}</bdi>
          </span>
        </p>
      )}
      {!backups.configured && <p className="small soft">{t("backups.unconfigured_text")}</p>}
      {items.length === 0 && <Notice icon={IconArchive} title={t("backups.none")} text={t("backups.none_text")} />}
      {items.length > 0 && (
        <div>
          {items.slice(0, SHOWN).map((backup) => (
            <Line key={backup.name} backup={backup} />
          ))}
        </div>
      )}
      {more > 0 && <p className="small soft">{t("backups.more", { number: format.number(more) })}</p>}
    </div>
  );
}

function Line({ backup: { name, made_at, bytes, by_hand, verified_at } }: { backup: Wire<"Backup"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={layout.line}>
      <div>
        <p className="number" title={name}>
          {format.when(made_at)}
        </p>
        <p className="small soft">
          {format.bytes(bytes)} · {t(by_hand ? "backups.by_hand" : "backups.planned")}
        </p>
      </div>
      <span title={verified_at ? format.when(verified_at) : undefined}>
        <Badge tone={verified_at ? "good" : "quiet"}>{t(verified_at ? "backups.verified" : "backups.unverified")}</Badge>
      </span>
    </div>
  );
}
