import { IconCloudOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useConnected } from "@/api/events";
import { Problem } from "@/api/problem";
import { statusQuery } from "@/api/queries";
import css from "./Away.module.css";

/** Says that the appliance does not answer, and that what is shown is what was last known. */
export function Away() {
  const { t } = useTranslation();
  const { error, isRefetchError, isLoadingError, refetch } = useQuery(statusQuery);
  const connected = useConnected();
  useEffect(() => {
    // Its events tell first that it went or came back.
    void refetch();
  }, [connected, refetch]);
  const away = (isRefetchError || isLoadingError) && Problem.from(error).isOffline;
  return (
    <div role="status">
      {away && (
        <p className={css.away}>
          <IconCloudOff size={18} aria-hidden />
          {t("problem.away")}
        </p>
      )}
    </div>
  );
}
