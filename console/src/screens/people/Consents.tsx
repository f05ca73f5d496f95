import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { listQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";
import { useMay } from "@/session/session";

/** What the person agreed to, when, in which words; and the way to take it back. */
export function Consents({ user }: { user: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const query = useQuery(listQuery("/users/{id}/consents", { path: { id: user } }));
  const [asked, ask] = useState<Wire<"Consent"> | null>(null);
  const withdraw = useMutation({
    mutationFn: (cid: string) =>
      answered(client.DELETE("/users/{id}/consents/{cid}", { params: { path: { id: user, cid } } })),
    onSuccess: async () => {
      ask(null);
      await queries.invalidateQueries({ queryKey: ["/users/{id}/consents"] });
      await queries.invalidateQueries({ queryKey: ["/users/{id}/faces"] });
    },
  });
  return (
    <Card title={t("people.consents")}>
      <Loaded query={query} lines={2}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="soft">{t("people.no_consent")}</p>}
            {items.map((consent) => (
              <div key={consent.id} className={layout.line}>
                <div>
                  <p>{t("people.consent_of", { version: consent.version, language: consent.language })}</p>
                  <p className="small soft number">
                    {t("people.consent_span", { from: format.day(consent.given_at), until: format.day(consent.expires_at) })}
                  </p>
                  <Copied label={t("people.text_digest")} text={consent.text_sha256} short={10} />
                </div>
                <div className={layout.actions}>
                  <StateBadge state={consent.standing} />
                  {consent.standing === "live" && may("people.write") && (
                    <Button variant="default" size="xs" onClick={() => ask(consent)}>
                      {t("people.withdraw")}
                    </Button>
                  )}
                </div>
              </div>
            ))}
          </>
        )}
      </Loaded>
      <Ask
        opened={asked !== null}
        title={t("people.withdraw_title")}
        action={t("people.withdraw")}
        grave
        busy={withdraw.isPending}
        error={withdraw.error}
        onClose={() => ask(null)}
        onDo={() => asked && withdraw.mutate(asked.id)}
      >
        <p>{t("people.withdraw_text")}</p>
      </Ask>
    </Card>
  );
}
