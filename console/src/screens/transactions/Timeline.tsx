import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import css from "./Timeline.module.css";
import type { Moment } from "./timeline";

/** How something went, moment by moment, with the milliseconds since its beginning. */
export function Timeline({ moments }: { moments: Moment[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol className={css.line}>
      {moments.map(({ id, name, at, afterMs, note }) => {
        const state = t(`state.${name}`, { defaultValue: name });
        return (
          <li key={id}>
            <div>
              <b>{t(`timeline.${name}`, { defaultValue: state })}</b>
              {note && <span className="small soft">{t(`reason.${note}`, { defaultValue: note })}</span>}
            </div>
            <div className={css.time}>
              <time dateTime={at}>{format.clock(at)}</time>
              {afterMs > 0 && <span className="small soft">{t("timeline.after", { ms: format.number(afterMs) })}</span>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
