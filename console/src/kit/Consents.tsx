import { type UseQueryResult, useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Ask } from "./Ask";
import { Card } from "./Card";
import { Loaded } from "./Loaded";

interface Consent {
  id: string;
  version: string;
  language: string;
  given_at: string;
  expires_at: string;
}

/** How one of them is told of. */
export interface Told {
  /** Of which text it is, in which language. */
  title: string;
  /** From when until when it holds. */
  span: string;
  /** Asks whether it is to be taken back. */
  ask: () => void;
}

interface Props<C> {
  query: Pick<UseQueryResult<C[]>, "data" | "error" | "isPending" | "refetch">;
  /** What stands there where nothing was agreed to. */
  none: string;
  /** What comes of taking one back. */
  warning: string;
  withdraw: (id: string) => Promise<unknown>;
  children: (consent: C, told: Told) => ReactNode;
}

/** What somebody agreed to, and the way to take it back. */
export function Consents<C extends Consent>({ query, none, warning, withdraw, children }: Props<C>) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asked, ask] = useState<C | null>(null);
  const withdrawal = useMutation({
    mutationFn: async (id: string) => {
      await withdraw(id);
      ask(null);
    },
  });
  const told = (consent: C): Told => ({
    title: t("people.consent_of", { version: consent.version, language: consent.language }),
    span: t("people.consent_span", { from: format.day(consent.given_at), until: format.day(consent.expires_at) }),
    ask: () => ask(consent),
  });
  return (
    <Card title={t("people.consents")}>
      <Loaded query={query} lines={2}>
        {(consents) => (
          <>
            {consents.length === 0 && <p className="soft">{none}</p>}
            {consents.map((consent) => children(consent, told(consent)))}
          </>
        )}
      </Loaded>
      <Ask
        opened={asked !== null}
        title={t("people.withdraw_title")}
        action={t("people.withdraw")}
        grave
        busy={withdrawal.isPending}
        error={withdrawal.error}
        onClose={() => {
          ask(null);
          withdrawal.reset();
        }}
        onDo={() => asked && withdrawal.mutate(asked.id)}
      >
        <p>{warning}</p>
      </Ask>
    </Card>
  );
}
