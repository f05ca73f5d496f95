import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { useMay } from "@/session/session";
import { FacePaymentLink } from "./FacePaymentLink";

/** The devices on which the person sees what is theirs: a link signs one in, staff can sign all of them out. */
export function PersonDevices({ user }: { user: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const [wish, setWish] = useState<"link" | "end" | null>(null);
  const params = { path: { id: user } };
  const queryKey = ["/users", user, "devices"];
  const query = useQuery({ queryKey, queryFn: () => answered(client.GET("/users/{id}/devices", { params })) });
  const close = () => setWish(null);
  const end = useMutation({
    mutationFn: () => answered(client.DELETE("/users/{id}/devices", { params })),
    onSuccess: () => {
      close();
      return queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <Card title={t("people.devices")} note={t("people.devices_text")}>
      <Loaded query={query} lines={1}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="soft">{t("people.no_devices")}</p>}
            {items.map((device) => (
              <div key={device.id} className={layout.line}>
                <bdi>{device.name}</bdi>
                <span className="small soft number">{t("me.device_seen", { at: format.when(device.seen_at) })}</span>
              </div>
            ))}
            {may("people.write") && (
              <div className={layout.actions}>
                <Button variant="default" size="xs" onClick={() => setWish("link")}>
                  {t("people.device_link")}
                </Button>
                {items.length > 0 && (
                  <Button variant="default" size="xs" onClick={() => setWish("end")}>
                    {t("people.devices_end")}
                  </Button>
                )}
              </div>
            )}
          </>
        )}
      </Loaded>
      <FacePaymentLink user={user} opened={wish === "link"} onClose={close} />
      <Ask
        opened={wish === "end"}
        title={t("people.devices_end_title")}
        action={t("people.devices_end")}
        grave
        busy={end.isPending}
        error={end.error}
        onClose={() => {
          close();
          end.reset();
        }}
        onDo={() => end.mutate()}
      >
        <p>{t("people.devices_end_text")}</p>
      </Ask>
    </Card>
  );
}
