import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Badge } from "@/kit/Badge";
import { Copied } from "@/kit/Copied";
import { Loaded } from "@/kit/Loaded";
import { wordsOf } from "./consent-text";
import css from "./Me.module.css";

/** What was agreed to, word for word, where its words are known; its digest says that they are the same. */
export function Words({ consent }: { consent: Wire<"OwnConsent"> }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["payer", "words", consent.text_sha256],
    queryFn: () => wordsOf(consent),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className={css.stack}>
      <Loaded query={query} lines={4}>
        {(words) =>
          words === null ? (
            <p className="soft">{t("me.words_unknown")}</p>
          ) : (
            <>
              <div>
                <Badge tone="good">{t("me.words_same")}</Badge>
              </div>
              <div className={css.words} role="document" tabIndex={0} aria-label={t("me.agreed_to")} lang={consent.language} dir="auto">
                {words}
              </div>
            </>
          )
        }
      </Loaded>
      <Copied label={t("people.text_digest")} text={consent.text_sha256} short={12} />
    </div>
  );
}
