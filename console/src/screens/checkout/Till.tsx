import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "@/kit/Page";
import { NewSale } from "./NewSale";
import { Sale } from "./Sale";

/** Paying at the till: an amount, a face, a yes, a receipt. */
export function Till() {
  const { t } = useTranslation();
  const [checkout, setCheckout] = useState<string | null>(null);
  return (
    <Page title={t("checkout.title")} lead={t("checkout.lead")}>
      {checkout ? (
        <Sale key={checkout} id={checkout} onNew={() => setCheckout(null)} />
      ) : (
        <NewSale onOpened={setCheckout} />
      )}
    </Page>
  );
}
