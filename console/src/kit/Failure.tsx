import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconLock, IconRefresh, IconZoomQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Notice } from "./Notice";
import { RequestId } from "./RequestId";

/** Why there is nothing to see, what can be done, and the id by which the appliance's log has it. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const problem = Problem.from(error);
  const kind = problem.isOffline ? "offline" : problem.isForbidden ? "forbidden" : problem.isAbsent ? "absent" : "failed";
  const icon = { offline: IconCloudOff, forbidden: IconLock, absent: IconZoomQuestion, failed: IconAlertTriangle }[kind];
  const text = kind === "failed" ? problem.message : t(`problem.${kind}_text`);
  return (
    <Notice icon={icon} title={t(`problem.${kind}`)} text={text} urgent>
      {retry && kind !== "forbidden" && kind !== "absent" && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={retry}>
          {t("common.retry")}
        </Button>
      )}
      <RequestId problem={problem} />
    </Notice>
  );
}
