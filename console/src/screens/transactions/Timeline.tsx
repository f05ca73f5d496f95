import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import css from "./Timeline.module.css";
import { moments } from "./timeline";

interface Props {
  payment: Wire<"Transaction">;
  receipt: Wire<"Receipt"> | undefined;
}

/** How a payment went, moment by moment, with the milliseconds between. */
export function Timeline({ payment, receipt }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = moments(payment, receipt);
  return (
    <ol className={css.line}>
      {list.map(({ name, at, note }, place) => {
        const before = list[place - 1];
        const ms = before ? Date.parse(at) - Date.parse(before.at) : null;
        const state = t(`state.${name}`, { defaultValue: name });
        return (
          <li key={`${name}-${at}`}>
            <div>
              <b>{t(`timeline.${name}`, { defaultValue: state })}</b>
              {note && <span className="small soft">{note}</span>}
            </div>
            <div className={css.time}>
              <time dateTime={at}>{format.clock(at)}</time>
              {ms !== null && <span className="small soft">{t("timeline.after", { ms: format.number(ms) })}</span>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
