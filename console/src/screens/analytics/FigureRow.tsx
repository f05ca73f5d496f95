import { useTranslation } from "react-i18next";
import css from "./Analytics.module.css";

/** Figures in a row, each by its name among the texts of this screen. */
export function FigureRow({ figures }: { figures: [string, string][] }) {
  const { t } = useTranslation();
  return (
    <dl className={css.figures}>
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>{t(`analytics.${name}`)}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
