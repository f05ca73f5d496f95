import { Link } from "@tanstack/react-router";
import { AnimatePresence } from "motion/react";
import * as m from "motion/react-m";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { type ApplianceEvent, useEvents } from "@/api/events";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { StateBadge } from "@/kit/StateBadge";
import css from "./Happenings.module.css";

const KEPT_MAX = 12;
const TOLD = /^(camera\.state|transaction\.|plugin\.state|face\.enrolled|user\.erased|enrolment\.review)/;

interface Happening {
  seq: number;
  at: string;
  event: ApplianceEvent;
}

/** What has happened since the page was opened, newest first. */
export function Happenings() {
  const { t } = useTranslation();
  const format = useFormat();
  const [happenings, setHappenings] = useState<Happening[]>([]);
  useEvents((event) => {
    if (!TOLD.test(event.type)) return;
    const happening = { seq: event.seq, at: new Date().toISOString(), event };
    setHappenings((before) => [happening, ...before.filter(({ seq }) => seq !== event.seq)].slice(0, KEPT_MAX));
  });
  return (
    <Card title={t("live.happenings")}>
      {happenings.length === 0 && <p className={css.quiet}>{t("live.quiet")}</p>}
      <ol className={css.list} aria-live="polite">
        <AnimatePresence initial={false}>
          {happenings.map(({ seq, at, event }) => (
            <m.li key={seq} initial={{ opacity: 0, x: -8 }} animate={{ opacity: 1, x: 0 }} transition={{ duration: 0.2 }}>
              <time className="number small soft">{format.clock(at)}</time>
              <Told event={event} />
            </m.li>
          ))}
        </AnimatePresence>
      </ol>
    </Card>
  );
}

function Told({ event }: { event: ApplianceEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (event.type.startsWith("transaction.")) {
    return (
      <Link to="/console/transactions/$id" params={{ id: String(event["transaction"]) }} className={css.told}>
        <span className="number">{format.money(event["amount"] as Wire<"Amount">)}</span>
        <StateBadge state={String(event["state"])} />
      </Link>
    );
  }
  const subject = event["camera"] ?? event["plugin"] ?? t(`event.${event.type}`, { defaultValue: event.type });
  return (
    <span className={css.told}>
      <span className={css.subject}>{String(subject)}</span>
      {event["state"] !== undefined && <StateBadge state={String(event["state"])} />}
    </span>
  );
}
