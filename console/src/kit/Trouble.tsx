import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { RequestId } from "./RequestId";
import css from "./Trouble.module.css";

/** Why something that was asked for was not done, beside where it was asked for. */
export function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = Problem.from(error);
  const fallback = problem.isOffline ? t("problem.offline_text") : problem.message;
  return (
    <div className={css.trouble} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <div>
        <p>{t(`code.${problem.code}`, { defaultValue: fallback })}</p>
        <RequestId problem={problem} />
      </div>
    </div>
  );
}
