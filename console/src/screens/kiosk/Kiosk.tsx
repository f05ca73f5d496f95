import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { SignIn } from "@/screens/login/SignIn";
import { TotpGate } from "@/screens/login/TotpGate";
import { useGrant } from "@/session/session";
import { keepKioskConfig, type KioskConfig, kioskConfig } from "./config";
import { KioskSetup } from "./KioskSetup";
import { Station } from "./Station";

/** The payer's own screen. */
export function Kiosk() {
  const { t } = useTranslation();
  const grant = useGrant();
  const [config, setConfig] = useState<KioskConfig | null>(kioskConfig);
  useEffect(() => {
    document.title = `${t("nav.kiosk")} · FacePay`;
  }, [t]);
  if (!grant) return <SignIn />;
  if (grant.totpRequired) return <TotpGate />;
  const keep = (next: KioskConfig | null) => {
    keepKioskConfig(next);
    setConfig(next);
  };
  if (!config) return <KioskSetup onReady={keep} />;
  return <Station config={config} onExit={() => keep(null)} />;
}
