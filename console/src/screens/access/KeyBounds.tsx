import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import css from "./Access.module.css";

/** What a key may less than its role. */
export function KeyBounds({ of: key }: { of: Wire<"Key"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bounds = [
    key.scopes && <span title={key.scopes.join(", ")}>{t("access.scopes_of", { count: key.scopes.length })}</span>,
    key.camera && <span dir="ltr">{key.camera}</span>,
    key.certificate_sha256 && (
      <span dir="ltr" title={key.certificate_sha256}>
        {`x5t ${key.certificate_sha256.slice(0, 8)}…`}
      </span>
    ),
    key.expires_at && <span>{t("access.until", { day: format.day(key.expires_at) })}</span>,
  ].filter(Boolean);
  if (bounds.length === 0) return <span className="soft">{t("access.unbound")}</span>;
  return (
    <ul className={css.bounds}>
      {bounds.map((bound, at) => (
        <li key={at}>{bound}</li>
      ))}
    </ul>
  );
}
