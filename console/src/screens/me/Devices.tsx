import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { payer } from "./device";
import { Heading } from "./Heading";
import css from "./Me.module.css";
import { devicesQuery, forget, renew } from "./queries";

/** The devices that see what is the person's own, and the way out of each. */
export function Devices() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(devicesQuery);
  const [asked, ask] = useState<Wire<"PayerDevice"> | null>(null);
  const end = useMutation({
    mutationFn: async (device: Wire<"PayerDevice">) => {
      await answered(payer.DELETE("/payer/devices/{id}", { params: { path: { id: device.id } } }));
      if (!device.this) return renew();
      // Nothing of it stays, here either.
      await forget();
    },
    onSuccess: () => ask(null),
  });
  return (
    <>
      <Heading title={t("me.view_devices")} lead={t("me.devices_text")} />
      <Card>
        <Loaded query={query} lines={2}>
          {(devices) => (
            <ul>
              {devices.map((device) => (
                <li key={device.id} className={css.device}>
                  <div>
                    <p>
                      <bdi>{device.name}</bdi>
                    </p>
                    <p className="small soft number">{t("me.device_seen", { at: format.when(device.seen_at) })}</p>
                    {device.this && <Badge tone="info">{t("me.device_this")}</Badge>}
                  </div>
                  <Button variant="default" onClick={() => ask(device)}>
                    {t("me.sign_out")}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </Card>
      <Ask
        opened={asked !== null}
        title={t("me.sign_out_title", { name: asked?.name ?? "" })}
        action={t("me.sign_out")}
        grave
        busy={end.isPending}
        error={end.error}
        onClose={() => {
          ask(null);
          end.reset();
        }}
        onDo={() => asked && end.mutate(asked)}
      >
        <p>{t(asked?.this ? "me.sign_out_this" : "me.sign_out_other")}</p>
      </Ask>
    </>
  );
}
