import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import layout from "@/kit/layout.module.css";

/** The weights that are loaded, by what they are made of. */
export function Models({ models }: { models: Wire<"ModelInUse">[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("system.models")} note={t("system.models_text")}>
      {models.length === 0 && <p className="soft">{t("system.no_models")}</p>}
      {models.map(({ name, model_tag, sha256 }) => (
        <div key={`${name} ${sha256}`} className={layout.line}>
          <div>
            <p>{name}</p>
            {model_tag != null && <p className="small soft number">{model_tag}</p>}
          </div>
          <Copied text={sha256} short={12} />
        </div>
      ))}
    </Card>
  );
}
