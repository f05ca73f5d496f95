import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAwaited, waits } from "@/api/approval";
import { answered, client, type Wire } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { Awaits } from "@/kit/Awaits";
import { Badge } from "@/kit/Badge";
import { Trouble } from "@/kit/Trouble";
import css from "@/screens/cameras/Cameras.module.css";

export function PluginActs({ plugin, isDisabled }: { plugin: Wire<"Plugin">; isDisabled: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const params = { path: { id: plugin.id } };
  const awaited = useAwaited("plugin", plugin.id);
  const onSuccess = async () => {
    await queries.invalidateQueries({ queryKey: ["/approvals"] });
    await queries.invalidateQueries({ queryKey: ["/plugins"] });
  };
  const reload = useMutation({
    mutationFn: () => answered(client.POST("/plugins/{id}/reload", { params })),
    onSuccess,
  });
  const rollback = useMutation({
    mutationFn: () => answered(client.POST("/plugins/{id}/rollback", { params })),
    onSuccess,
  });
  const enable = useMutation({
    mutationFn: () => answered(client.POST("/plugins/{id}/enable", { params })),
    onSuccess,
  });
  const disable = useMutation({
    mutationFn: () => answered(client.POST("/plugins/{id}/disable", { params, body: { reason } })),
    onSuccess: () => {
      close();
      return onSuccess();
    },
  });
  return (
    <>
      <div className={`${css.actions} ${css.acts}`}>
        <Button variant="default" loading={reload.isPending} onClick={() => reload.mutate()}>
          {t("plugins.reload")}
        </Button>
        {plugin.package_sha256 && (
          <Button variant="default" loading={rollback.isPending} onClick={() => rollback.mutate()}>
            {t("plugins.rollback")}
          </Button>
        )}
        {isDisabled ? (
          <Button loading={enable.isPending} onClick={() => enable.mutate()}>
            {t("plugins.enable")}
          </Button>
        ) : (
          <Button variant="subtle" onClick={open}>
            {t("plugins.disable")}
          </Button>
        )}
        <span role="status">{reload.isSuccess && !waits(reload.data) && <Badge tone="good">{t("plugins.reloaded")}</Badge>}</span>
      </div>
      {awaited && <Awaits approval={awaited} />}
      <Trouble error={reload.error ?? rollback.error ?? enable.error} />
      <Ask
        opened={opened}
        title={t("plugins.disable_title", { plugin: plugin.id })}
        action={t("plugins.disable")}
        grave
        busy={disable.isPending}
        disabled={!reason.trim()}
        error={disable.error}
        onClose={close}
        onDo={() => disable.mutate()}
      >
        <p>{t("plugins.disable_text")}</p>
        <TextInput
          label={t("plugins.reason")}
          required
          value={reason}
          onChange={(change) => setReason(change.currentTarget.value)}
          data-autofocus
        />
      </Ask>
    </>
  );
}
