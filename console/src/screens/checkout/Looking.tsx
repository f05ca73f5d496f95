import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/kit/Trouble";
import { SeveralFaces } from "@/pay/SeveralFaces";
import type { Step } from "./step";
import css from "./Till.module.css";

export function Looking({ checkout, sale }: Step) {
  const { t } = useTranslation();
  return (
    <>
      <p className={css.say}>{t("pay.look")}</p>
      <p className="soft">{t("pay.look_text")}</p>
      <SeveralFaces checkout={checkout.id} onChoose={(track) => sale.namePayer.mutate(track)} />
      <Trouble error={sale.namePayer.error ?? sale.cancel.error} />
      <Button variant="default" loading={sale.cancel.isPending} onClick={() => sale.cancel.mutate()}>
        {t("pay.cancel")}
      </Button>
    </>
  );
}
