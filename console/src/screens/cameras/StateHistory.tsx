import { Button, Drawer } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { StateBadge } from "@/kit/StateBadge";
import { stateHistoryQuery } from "./state-history";

interface Props {
  camera: string;
  opened: boolean;
  onClose: () => void;
}

/** When a camera changed its state, and why. */
export function StateHistory({ camera, opened, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useInfiniteQuery({ ...stateHistoryQuery(camera), enabled: opened });
  const changes = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={t("cameras.history_of", { camera })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Loaded query={{ ...query, data: query.data }} lines={6}>
        {() => (
          <ol>
            {changes.length === 0 && <li className="soft">{t("cameras.history_none")}</li>}
            {changes.map(({ at, state, reason }) => (
              <li key={at} className={layout.line}>
                <div>
                  <time className="number" dateTime={at}>
                    {format.when(at)}
                  </time>
                  {reason && <p className="small soft">{reason}</p>}
                </div>
                <StateBadge state={state} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      {query.hasNextPage && (
        <Button variant="default" fullWidth loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
    </Drawer>
  );
}
