import { Button, Switch } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { CameraView } from "@/kit/CameraView";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import { StateBadge } from "@/kit/StateBadge";
import { Trouble } from "@/kit/Trouble";
import { useMay } from "@/session/session";
import css from "./Cameras.module.css";
import { HealthHistory } from "./HealthHistory";
import { StateHistory } from "./StateHistory";
import type { Health } from "./useHealthHistory";

const ACCEPTABLE = new Set(["replaced", "moved"]);

export function CameraCard({ camera, history }: { camera: Wire<"Camera">; history: Health[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [past, pastActs] = useDisclosure();
  const { health } = camera;
  const params = { path: { id: camera.id } };
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["/cameras"] });
  const accept = useMutation({
    mutationFn: () => answered(client.POST("/cameras/{id}/accept", { params })),
    onSuccess,
  });
  const decode = useMutation({
    mutationFn: (keyFrames: boolean) =>
      answered(client.PATCH("/cameras/{id}", { params, body: { decode: keyFrames ? "key-frames" : "all" } })),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: () => answered(client.DELETE("/cameras/{id}", { params })),
    onSuccess: () => {
      close();
      return onSuccess();
    },
  });
  const decoded = ({ decodes, key_frame_distance_ms, frames_skipped }: Wire<"CameraHealth">) => {
    if (decodes === "all") return t("cameras.decoded_all");
    const every = key_frame_distance_ms == null ? [] : [format.span(key_frame_distance_ms)];
    const left = t("cameras.decoded_left", { left: format.number(frames_skipped) });
    return [t("cameras.decoded_keys"), ...every, left].join(", ");
  };
  return (
    <Card flush className={css.card}>
      <div className={css.picture}>
        <CameraView camera={camera.id} mode="poll" picturesPerSecondMax={2} />
      </div>
      <div className={css.body}>
        <div className={css.head}>
          <div>
            <h2>{camera.id}</h2>
            <p className="soft">
              <bdi>{camera.name}</bdi>
            </p>
          </div>
          <StateBadge state={health.state} />
        </div>
        {health.state !== "live" && (
          <p className={css.advice}>{t(`camera_advice.${health.state}`, { defaultValue: health.reason })}</p>
        )}
        <HealthHistory history={history} />
        <Facts
          facts={[
            [t("cameras.picture"), `${health.width} × ${health.height}, ${health.codec}`],
            [t("cameras.decoder"), health.decoder],
            [t("live.fps"), t("live.per_second", { fps: format.number(health.fps, 1) })],
            [t("live.age"), health.frame_age_ms == null ? null : format.span(health.frame_age_ms)],
            [t("cameras.decoded"), decoded(health)],
            [t("cameras.reconnects"), format.number(health.reconnects)],
            [t("cameras.source"), <bdi key="source" dir="ltr">{camera.source}</bdi>],
          ]}
        />
        {may("cameras.manage") && camera.source !== "push:" && (
          <Switch
            label={t("cameras.key_frames")}
            checked={camera.decode === "key-frames"}
            disabled={decode.isPending}
            onChange={(change) => decode.mutate(change.currentTarget.checked)}
          />
        )}
        <Trouble error={accept.error ?? decode.error} />
        <div className={`${css.actions} ${css.acts}`}>
          {may("cameras.manage") && ACCEPTABLE.has(health.state) && (
            <Button loading={accept.isPending} onClick={() => accept.mutate()}>
              {t("cameras.accept")}
            </Button>
          )}
          <Button variant="default" onClick={pastActs.open}>
            {t("cameras.past")}
          </Button>
          {may("cameras.manage") && (
            <Button variant="subtle" onClick={open}>
              {t("cameras.remove")}
            </Button>
          )}
        </div>
      </div>
      <StateHistory camera={camera.id} opened={past} onClose={pastActs.close} />
      <Ask
        opened={opened}
        title={t("cameras.remove_title", { camera: camera.id })}
        action={t("cameras.remove")}
        grave
        busy={remove.isPending}
        error={remove.error}
        onClose={close}
        onDo={() => remove.mutate()}
      >
        <p>{t("cameras.remove_text")}</p>
      </Ask>
    </Card>
  );
}
