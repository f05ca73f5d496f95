import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";
import { Copied } from "./Copied";

export function RequestId({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  if (!problem.requestId) return null;
  return <Copied label={t("problem.request_id")} text={problem.requestId} />;
}
