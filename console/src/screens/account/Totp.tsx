import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { useGrant } from "@/session/session";
import { TotpSetup } from "./TotpSetup";

/** Whether a device for one-time codes is asked for at the sign-in, and the way to one. */
export function Totp() {
  const { t } = useTranslation();
  const grant = useGrant();
  const [opened, { open, close }] = useDisclosure();
  return (
    <Card title={t("totp.title")} note={t("totp.text")}>
      {opened ? (
        <TotpSetup onDone={close} />
      ) : (
        <div className={layout.line}>
          <span role="status">
            {grant?.totp ? <Badge tone="good">{t("totp.on")}</Badge> : <Badge tone="warn">{t("totp.off")}</Badge>}
          </span>
          <Button variant="default" onClick={open}>
            {t(grant?.totp ? "totp.anew" : "totp.begin")}
          </Button>
        </div>
      )}
    </Card>
  );
}
