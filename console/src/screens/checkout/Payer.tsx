import { useQuery } from "@tanstack/react-query";
import { IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { userQuery } from "@/api/queries";
import css from "./Payer.module.css";

/** Who was recognised, by name for staff who may read it. */
export function Payer({ id }: { id: string | null | undefined }) {
  const { t } = useTranslation();
  const { data } = useQuery({ ...userQuery(id ?? ""), enabled: Boolean(id), retry: false });
  if (!id) return null;
  return (
    <p className={css.payer}>
      <IconUser size={20} stroke={1.6} aria-hidden />
      {data?.name ?? t("pay.recognised")}
    </p>
  );
}
