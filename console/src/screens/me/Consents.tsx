import { Button, Modal } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";
import { payer } from "./device";
import css from "./Me.module.css";
import { consentsQuery, renew } from "./queries";
import { Words } from "./Words";

type Consent = Wire<"OwnConsent">;

/** What was agreed to, its words to be read again, and the way to take it back: as easy as it was to give. */
export function Consents() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(consentsQuery);
  const [read, setRead] = useState<Consent | null>(null);
  const [asked, ask] = useState<Consent | null>(null);
  const withdraw = useMutation({
    mutationFn: (id: string) => answered(payer.DELETE("/payer/consents/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      ask(null);
      return renew();
    },
  });
  return (
    <Card title={t("people.consents")}>
      <Loaded query={query} lines={2}>
        {({ value: consents }) => (
          <>
            {consents.length === 0 && <p className="soft">{t("me.no_consent")}</p>}
            {consents.map((consent) => (
              <article key={consent.id} className={css.consent}>
                <div className={css.head}>
                  <h3>{t("people.consent_of", { version: consent.version, language: consent.language })}</h3>
                  <StateBadge state={consent.standing} />
                </div>
                <p className="small soft number">
                  {t("people.consent_span", { from: format.day(consent.given_at), until: format.day(consent.expires_at) })}
                </p>
                <div className={css.actions}>
                  <Button variant="default" onClick={() => setRead(consent)}>
                    {t("me.read")}
                  </Button>
                  {consent.standing === "live" && (
                    <Button variant="default" onClick={() => ask(consent)}>
                      {t("people.withdraw")}
                    </Button>
                  )}
                </div>
              </article>
            ))}
          </>
        )}
      </Loaded>
      <Modal
        opened={read !== null}
        onClose={() => setRead(null)}
        title={t("me.agreed_to")}
        size="lg"
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {read && <Words consent={read} />}
      </Modal>
      <Ask
        opened={asked !== null}
        title={t("people.withdraw_title")}
        action={t("people.withdraw")}
        grave
        busy={withdraw.isPending}
        error={withdraw.error}
        onClose={() => {
          ask(null);
          withdraw.reset();
        }}
        onDo={() => asked && withdraw.mutate(asked.id)}
      >
        <p>{t("me.withdraw_text")}</p>
      </Ask>
    </Card>
  );
}
