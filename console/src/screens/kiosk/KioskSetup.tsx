import { Button, SegmentedControl } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/app/Mark";
import { spoken } from "@/i18n/i18n";
import { Loaded } from "@/kit/Loaded";
import { PasswordField } from "@/kit/PasswordField";
import { Trouble } from "@/kit/Trouble";
import { CameraChoice } from "@/pay/CameraChoice";
import { useCamera } from "@/pay/useCamera";
import css from "@/screens/login/SignIn.module.css";
import { exitLock, type KioskConfig } from "./config";

/** Staff sets up a device once: whose camera, and the PIN that lets staff out again. */
export function KioskSetup({ onReady }: { onReady: (config: KioskConfig) => void }) {
  const { t } = useTranslation();
  const { query, camera, choose } = useCamera();
  const [source, setSource] = useState<KioskConfig["source"]>("appliance");
  const [pin, setPin] = useState("");
  const begin = useMutation({
    mutationFn: async () => onReady({ camera: camera!.id, source, exit: await exitLock(pin), language: spoken() }),
  });
  return (
    <main className={css.page}>
      <div className={css.top}>
        <Button
          component={Link}
          to="/console"
          variant="subtle"
          leftSection={<IconArrowLeft size={18} stroke={1.6} aria-hidden />}
        >
          {t("kiosk.to_console")}
        </Button>
      </div>
      <div className={css.box}>
        <Mark size={40} />
        <h1 className={css.title}>{t("kiosk.setup")}</h1>
        <p className={css.lead}>{t("kiosk.setup_text")}</p>
        <Loaded query={query}>
          {({ items }) => (
            <form
              className={css.form}
              onSubmit={(submit) => {
                submit.preventDefault();
                begin.mutate();
              }}
            >
              <SegmentedControl
                fullWidth
                aria-label={t("kiosk.source")}
                value={source}
                onChange={(value) => setSource(value as KioskConfig["source"])}
                data={[
                  { value: "appliance", label: t("kiosk.appliance_camera") },
                  { value: "own", label: t("kiosk.own_camera") },
                ]}
              />
              <CameraChoice cameras={items} value={camera?.id ?? null} onChange={choose} />
              <PasswordField
                label={t("kiosk.exit_pin")}
                description={t("kiosk.exit_pin_text")}
                inputMode="numeric"
                autoComplete="off"
                value={pin}
                onChange={setPin}
              />
              <Trouble error={begin.error} />
              <Button type="submit" size="md" disabled={!camera || !/^\d{4,12}$/.test(pin)} loading={begin.isPending}>
                {t("kiosk.begin")}
              </Button>
            </form>
          )}
        </Loaded>
      </div>
      <span />
    </main>
  );
}
