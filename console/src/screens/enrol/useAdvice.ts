import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";

/** What to ask of the person: for the reason that the appliance names, in their language, else in its own words. */
export function useAdvice(progress: Wire<"EnrolmentProgress"> | undefined): string | null {
  const { t, i18n } = useTranslation();
  if (!progress) return null;
  const known = progress.reasons.find((reason) => i18n.exists(`advice.${reason}`));
  if (known) return t(`advice.${known}`);
  const pose = progress.wanted[0];
  return progress.advice ?? (pose ? t(`pose.ask_${pose}`, { defaultValue: "" }) || null : null);
}
