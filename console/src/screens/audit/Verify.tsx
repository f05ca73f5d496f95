import { Button, Progress } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import layout from "@/kit/layout.module.css";
import { Trouble } from "@/kit/Trouble";
import css from "./Audit.module.css";
import { ChainVerifier } from "./chain";
import { checkpoints, records } from "./everything";
import { walked } from "./walk";

interface Verdict {
  records: number;
  checkpoints: number;
  fault: { seq: number; what: string } | null;
}

/** Verifies the chain in this browser, from the first record to the last: the appliance is not asked whether it is right; it may be asked beside. */
export function Verify() {
  const { t } = useTranslation();
  const format = useFormat();
  const [done, setDone] = useState(0);
  const [known, setKnown] = useState(0);
  const verify = useMutation({
    mutationFn: async (): Promise<Verdict> => {
      setDone(0);
      const { key, all } = await checkpoints();
      setKnown(all.at(-1)?.last_seq ?? 0);
      const verifier = new ChainVerifier(all, key);
      for await (const entry of records()) {
        const what = await verifier.take(entry);
        if (what) return { records: verifier.records, checkpoints: verifier.checkpointsHeld, fault: { seq: entry.seq, what } };
        if (verifier.records % 50 === 0) setDone(verifier.records);
      }
      const missing = verifier.records < (all.at(-1)?.last_seq ?? 0);
      const fault = missing ? { seq: verifier.records + 1, what: "missing" } : null;
      return { records: verifier.records, checkpoints: verifier.checkpointsHeld, fault };
    },
  });
  const [walk, setWalk] = useState<number | null>(null);
  const ask = useMutation({ mutationFn: () => walked(setWalk), onSettled: () => setWalk(null) });
  const verdict = verify.data;
  return (
    <div className={css.verify}>
      <div className={layout.actions}>
        <Button
          leftSection={<IconShieldCheck size={18} stroke={1.6} aria-hidden />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t("audit.verify")}
        </Button>
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          {t("audit.ask")}
        </Button>
      </div>
      <div className={css.verdict} role="status">
        {verify.isPending && (
          <Progress value={known ? Math.min(100, (done / known) * 100) : 0} w={220} aria-label={t("audit.verifying")} />
        )}
        {verdict?.fault && (
          <Badge tone="bad">
            {t("audit.fault", { seq: format.number(verdict.fault.seq), what: t(`audit.fault_${verdict.fault.what}`) })}
          </Badge>
        )}
        {verdict && !verdict.fault && (
          <Badge tone="good">
            {t("audit.held", {
              records: format.number(verdict.records),
              checkpoints: format.number(verdict.checkpoints),
            })}
          </Badge>
        )}
      </div>
      {walk !== null && <Progress value={walk} w={220} aria-label={t("audit.asking")} />}
      {ask.data && <Told verdict={ask.data} />}
      <Trouble error={verify.error ?? ask.error} />
    </div>
  );
}

/** What the appliance itself says. */
function Told({ verdict: { whole, fault, records, checkpoints } }: { verdict: Wire<"AuditVerification"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const held = t("audit.held", { records: format.number(records ?? 0), checkpoints: format.number(checkpoints ?? 0) });
  return (
    <p role="status">
      <span className="soft">{t("audit.says")}</span>{" "}
      <Badge tone={whole ? "good" : "bad"}>{fault ? t("audit.ask_fault", { ...fault }) : held}</Badge>
    </p>
  );
}
