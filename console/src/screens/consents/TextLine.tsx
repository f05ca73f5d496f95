import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Copied } from "@/kit/Copied";
import css from "./ConsentTexts.module.css";

interface Props {
  text: Wire<"ConsentText">;
  /** The wizard has people read this one. */
  shown: boolean;
}

/** One text: which it is, who keeps it since when, its digest as consents have it, and the words. */
export function TextLine({ text, shown }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <article className={css.text}>
      <header className={css.head}>
        <h3>
          <bdi>{t("consent_texts.version_of", { version: text.version })}</bdi>
        </h3>
        {shown && <Badge tone="good">{t("consent_texts.shown")}</Badge>}
      </header>
      <div className={css.meta}>
        <span className="small soft number">
          {t("consent_texts.by", { at: format.when(text.created_at), who: text.created_by })}
        </span>
        <Copied label={t("consent_texts.digest")} text={text.text_sha256} short={10} />
      </div>
      <details>
        <summary>{t("consent_texts.read")}</summary>
        <p className={css.words} lang={text.language} dir="auto">
          {text.text}
        </p>
      </details>
    </article>
  );
}
