import { Button, Modal, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Facts } from "@/kit/Facts";
import { Trouble } from "@/kit/Trouble";
import css from "./Cameras.module.css";

const PUSHED = "push:";

/** A camera is tried before it is saved: what it delivers is shown first. One that a browser feeds has nothing to try. */
export function AddCamera({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [source, setSource] = useState("");
  const [keyFrames, setKeyFrames] = useState(false);
  const test = useMutation({
    mutationFn: (url: string) => answered(client.GET("/webcam/test", { params: { query: { url } } })),
  });
  const add = useMutation({
    mutationFn: () => {
      const decode = keyFrames && source !== PUSHED ? "key-frames" : "all";
      return answered(client.POST("/cameras", { body: { id, name: name || null, source, decode } }));
    },
    onSuccess: () => {
      leave();
      void queries.invalidateQueries({ queryKey: ["/cameras"] });
    },
  });
  const isTested = source === PUSHED || (test.isSuccess && test.variables === source);
  const leave = () => {
    test.reset();
    add.reset();
    setId("");
    setName("");
    setSource("");
    setKeyFrames(false);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={t("cameras.add")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        className={css.form}
        onSubmit={(submit) => {
          submit.preventDefault();
          if (isTested) add.mutate();
          else test.mutate(source);
        }}
      >
        <TextInput
          label={t("cameras.id")}
          description={t("cameras.id_hint")}
          pattern="[a-z0-9][a-z0-9\-]*"
          required
          value={id}
          onChange={(change) => setId(change.currentTarget.value)}
          data-autofocus
        />
        <TextInput label={t("cameras.name")} value={name} onChange={(change) => setName(change.currentTarget.value)} />
        <TextInput
          label={t("cameras.source")}
          description={t("cameras.source_hint")}
          placeholder="rtsp://user:password@192.168.1.20/stream2"
          dir="ltr"
          required
          value={source}
          onChange={(change) => setSource(change.currentTarget.value.trim())}
        />
        <Switch
          label={t("cameras.key_frames")}
          description={t("cameras.key_frames_hint")}
          disabled={source === PUSHED}
          checked={keyFrames && source !== PUSHED}
          onChange={(change) => setKeyFrames(change.currentTarget.checked)}
        />
        {isTested && test.data && (
          <div className={css.tested} role="status">
            <Facts
              facts={[
                [t("cameras.picture"), `${test.data.width} × ${test.data.height}, ${test.data.codec}`],
                [t("live.fps"), t("live.per_second", { fps: format.number(test.data.fps, 1) })],
                [t("cameras.decoder"), test.data.decoder],
                [t("cameras.first_picture"), t("live.ms", { ms: format.number(test.data.first_frame_ms) })],
              ]}
            />
          </div>
        )}
        <Trouble error={test.error ?? add.error} />
        <div className={css.actions}>
          <Button variant="default" disabled={!source || source === PUSHED} loading={test.isPending} onClick={() => test.mutate(source)}>
            {t("cameras.test")}
          </Button>
          <Button type="submit" disabled={!isTested || !id} loading={add.isPending}>
            {t("cameras.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
