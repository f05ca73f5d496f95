import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconCamera, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { camerasQuery } from "@/api/queries";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { useMay } from "@/session/session";
import { AddCamera } from "./AddCamera";
import { CameraCard } from "./CameraCard";
import css from "./Cameras.module.css";
import { useHealthHistory } from "./useHealthHistory";

/** Where pictures come from, how each camera does, and how it did. */
export function Cameras() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(camerasQuery);
  const history = useHealthHistory(query.data?.items, query.dataUpdatedAt);
  const [opened, { open, close }] = useDisclosure();
  return (
    <Page
      title={t("cameras.title")}
      lead={t("cameras.lead")}
      actions={
        may("cameras.manage") && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
            {t("cameras.add")}
          </Button>
        )
      }
    >
      <Loaded query={query} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Notice icon={IconCamera} title={t("live.none")} text={t("live.none_text")} />
          ) : (
            <div className={css.grid}>
              {items.map((camera) => (
                <CameraCard key={camera.id} camera={camera} history={history.get(camera.id) ?? []} />
              ))}
            </div>
          )
        }
      </Loaded>
      <AddCamera opened={opened} onClose={close} />
    </Page>
  );
}
