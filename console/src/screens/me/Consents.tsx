import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, type Wire } from "@/api/client";
import { Consents as List } from "@/kit/Consents";
import { StateBadge } from "@/kit/StateBadge";
import { payer } from "./device";
import css from "./Me.module.css";
import { consentsQuery, renew } from "./queries";
import { Words } from "./Words";

/** What was agreed to, its words to be read again, and the way to take it back: as easy as it was to give. */
export function Consents() {
  const { t } = useTranslation();
  const query = useQuery({ ...consentsQuery, select: ({ value }) => value });
  const [read, setRead] = useState<Wire<"OwnConsent"> | null>(null);
  const withdraw = async (id: string) => {
    await answered(payer.DELETE("/payer/consents/{id}", { params: { path: { id } } }));
    await renew();
  };
  return (
    <>
      <List query={query} none={t("me.no_consent")} warning={t("me.withdraw_text")} withdraw={withdraw}>
        {(consent, { title, span, ask }) => (
          <article key={consent.id} className={css.consent}>
            <div className={css.head}>
              <h3>{title}</h3>
              <StateBadge state={consent.standing} />
            </div>
            <p className="small soft number">{span}</p>
            <div className={css.actions}>
              <Button variant="default" onClick={() => setRead(consent)}>
                {t("me.read")}
              </Button>
              {consent.standing === "live" && (
                <Button variant="default" onClick={ask}>
                  {t("people.withdraw")}
                </Button>
              )}
            </div>
          </article>
        )}
      </List>
      <Modal
        opened={read !== null}
        onClose={() => setRead(null)}
        title={t("me.agreed_to")}
        size="lg"
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {read && <Words consent={read} />}
      </Modal>
    </>
  );
}
