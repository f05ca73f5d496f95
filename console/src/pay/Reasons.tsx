import { useTranslation } from "react-i18next";
import css from "./Reasons.module.css";

/** Why a face alone is not enough, or why nothing was paid; what weighs most first. */
export function Reasons({ reasons }: { reasons: string[] }) {
  const { t } = useTranslation();
  if (reasons.length === 0) return null;
  return (
    <ul className={css.reasons}>
      {reasons.map((reason) => (
        <li key={reason}>{t(`reason.${reason}`, { defaultValue: reason })}</li>
      ))}
    </ul>
  );
}
