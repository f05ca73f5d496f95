import { Button, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCamera, IconMaximize } from "@tabler/icons-react";
import { Link, Navigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { camerasQuery } from "@/api/queries";
import { useElsewhere } from "@/app/useElsewhere";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { Pager } from "@/kit/Pager";
import { Happenings } from "./Happenings";
import css from "./Live.module.css";
import { Tile } from "./Tile";

const SIZES = [1, 4, 9, 16];
/** One camera is watched; of several it is enough to see who stands there: the appliance itself looks at every picture that it has time for. */
const ONE = { mode: "stream", picturesPerSecondMax: 10 } as const;
const SEVERAL = { mode: "poll", picturesPerSecondMax: 2 } as const;

/** The live wall: what every camera sees, how it does, and what has just happened. */
export function Live() {
  const { t } = useTranslation();
  const query = useQuery(camerasQuery);
  const wall = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(4);
  const [first, setFirst] = useState(0);
  const elsewhere = useElsewhere("cameras.view");
  if (elsewhere) return <Navigate to={elsewhere} replace />;

  return (
    <Page
      title={t("live.title")}
      lead={t("live.lead")}
      actions={
        <>
          <SegmentedControl
            aria-label={t("live.size")}
            value={String(size)}
            onChange={(value) => {
              setSize(Number(value));
              setFirst(0);
            }}
            data={SIZES.map(String)}
          />
          <Button
            variant="default"
            leftSection={<IconMaximize size={16} aria-hidden />}
            onClick={() => void wall.current?.requestFullscreen()}
          >
            {t("live.fullscreen")}
          </Button>
        </>
      }
    >
      <Loaded query={query} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Notice icon={IconCamera} title={t("live.none")} text={t("live.none_text")}>
              <Button component={Link} to="/console/cameras">
                {t("cameras.add")}
              </Button>
            </Notice>
          ) : (
            <div className={css.layout}>
              <div>
                <div ref={wall} className={css.wall} data-size={Math.min(size, items.length === 1 ? 1 : size)}>
                  {items.slice(first, first + size).map((camera) => (
                    <Tile key={camera.id} camera={camera} {...(Math.min(size, items.length) === 1 ? ONE : SEVERAL)} />
                  ))}
                </div>
                <Pager first={first} size={size} count={items.length} onMove={setFirst} />
              </div>
              <Happenings />
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
