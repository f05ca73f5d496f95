import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { listQuery } from "@/api/queries";
import { Consents as List } from "@/kit/Consents";
import { Copied } from "@/kit/Copied";
import layout from "@/kit/layout.module.css";
import { StateBadge } from "@/kit/StateBadge";
import { useMay } from "@/session/session";

/** What the person agreed to, when, in which words; and the way to take it back. */
export function Consents({ user }: { user: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const query = useQuery({ ...listQuery("/users/{id}/consents", { path: { id: user } }), select: ({ items }) => items });
  const withdraw = async (cid: string) => {
    await answered(client.DELETE("/users/{id}/consents/{cid}", { params: { path: { id: user, cid } } }));
    await queries.invalidateQueries({ queryKey: ["/users/{id}/consents"] });
    await queries.invalidateQueries({ queryKey: ["/users/{id}/faces"] });
  };
  return (
    <List query={query} none={t("people.no_consent")} warning={t("people.withdraw_text")} withdraw={withdraw}>
      {(consent, { title, span, ask }) => (
        <div key={consent.id} className={layout.line}>
          <div>
            <p>{title}</p>
            <p className="small soft number">{span}</p>
            <Copied label={t("people.text_digest")} text={consent.text_sha256} short={10} />
          </div>
          <div className={layout.actions}>
            <StateBadge state={consent.standing} />
            {consent.standing === "live" && may("people.write") && (
              <Button variant="default" size="xs" onClick={ask}>
                {t("people.withdraw")}
              </Button>
            )}
          </div>
        </div>
      )}
    </List>
  );
}
