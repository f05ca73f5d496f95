import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import css from "./Checks.module.css";
import { type Area, areas, STATUSES, TONES, urgentOf } from "./findings";
import { findingsQuery } from "./query";

/** Whether this machine is fit to be an appliance, and what mends what is not. */
export function Checks() {
  const { t } = useTranslation();
  const findings = useQuery(findingsQuery);
  return (
    <Card
      title={t("system.checks")}
      note={t("system.checks_text")}
      actions={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={16} stroke={1.6} aria-hidden />}
          loading={findings.isFetching}
          onClick={() => void findings.refetch()}
        >
          {t("system.check_again")}
        </Button>
      }
    >
      <Loaded query={findings} lines={8}>
        {(found) => <Found findings={found} />}
      </Loaded>
      {findings.data && <Trouble error={findings.error} />}
    </Card>
  );
}

function Found({ findings: { checks, summary, checked_at } }: { findings: Wire<"Findings"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const urgent = urgentOf(checks);
  return (
    <div className={css.found}>
      <div className={css.summary} role="status">
        {STATUSES.filter((status) => summary[status] > 0).map((status) => (
          <Badge key={status} tone={TONES[status]}>
            {t(`finding.count_${status}`, { number: format.number(summary[status]) })}
          </Badge>
        ))}
        <span className="small soft">{t("system.checked_at", { at: format.clock(checked_at) })}</span>
      </div>
      {urgent.length > 0 && (
        <ul aria-label={t("finding.urgent")}>
          {urgent.map((check) => (
            <CheckOf key={check.name} check={check} remedy />
          ))}
        </ul>
      )}
      <div>
        {areas(checks).map((area) => (
          <AreaOf key={area.name} area={area} />
        ))}
      </div>
    </div>
  );
}

/** The checks of one area, to be opened by who wants to see them all. */
function AreaOf({ area: { name, worst, checks } }: { area: Area }) {
  const { t } = useTranslation();
  const format = useFormat();
  const well = checks.filter(({ status }) => status === "ok").length;
  return (
    <details className={css.area}>
      <summary>
        <span className={css.name}>{t(`area.${name}`, { defaultValue: name })}</span>
        <span className={css.well}>
          {t("finding.well_of", { well: format.number(well), all: format.number(checks.length) })}
        </span>
        <Badge tone={TONES[worst]}>{t(`finding.${worst}`)}</Badge>
      </summary>
      <ul>
        {checks.map((check) => (
          <CheckOf key={check.name} check={check} />
        ))}
      </ul>
    </details>
  );
}

/** What was found, and what mends it. What the appliance says is English, whatever the console speaks. */
function CheckOf({ check: { name, status, what, why, mend }, remedy }: { check: Wire<"Finding">; remedy?: boolean }) {
  const { t } = useTranslation();
  return (
    <li className={css.check}>
      <div className={css.head}>
        <code dir="ltr">{name}</code>
        <Badge tone={TONES[status]}>{t(`finding.${status}`)}</Badge>
      </div>
      <p className="small soft">
        <Said text={what} />
      </p>
      {remedy && (
        <dl className={css.mend}>
          <dt>{t("finding.why")}</dt>
          <dd>
            <Said text={why} />
          </dd>
          <dt>{t("finding.mend")}</dt>
          <dd>
            <Said text={mend} />
          </dd>
        </dl>
      )}
    </li>
  );
}

function Said({ text }: { text: string }) {
  return (
    <bdi lang="en" dir="ltr">
      {text}
    </bdi>
  );
}
