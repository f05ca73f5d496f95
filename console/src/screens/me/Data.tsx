import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Consents } from "./Consents";
import { Erase } from "./Erase";
import { Heading } from "./Heading";
import type { Own } from "./queries";

interface Props {
  own: Own;
  onErased: (certificate: Wire<"ErasureCertificate">) => void;
}

/** What the person agreed to, and the ways to take it back and to be forgotten. */
export function Data({ own, onErased }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Heading title={t("me.view_data")} lead={t("me.data_text")} />
      <Consents />
      <Erase own={own} onErased={onErased} />
    </>
  );
}
