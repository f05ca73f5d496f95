import { useTranslation } from "react-i18next";
import css from "./Waiting.module.css";

export function Waiting({ lines = 4 }: { lines?: number | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="status" className={css.waiting}>
      <span className="hidden">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={css.line} />
      ))}
    </div>
  );
}
