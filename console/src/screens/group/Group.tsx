import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "@/kit/Page";
import { Gathering } from "./Gathering";
import { NewGroup } from "./NewGroup";

/** Several people pay one amount at one camera, each their part. */
export function Group() {
  const { t } = useTranslation();
  const [checkout, setCheckout] = useState<string | null>(null);
  return (
    <Page title={t("group.title")} lead={t("group.lead")}>
      {checkout ? (
        <Gathering key={checkout} id={checkout} onNew={() => setCheckout(null)} />
      ) : (
        <NewGroup onOpened={setCheckout} />
      )}
    </Page>
  );
}
