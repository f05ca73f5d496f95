import { Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Bar } from "@/kit/Bar";
import { useMay } from "@/session/session";
import css from "./BottomBar.module.css";
import { AT_HAND, PLACES } from "./navigation";
import { NavLink } from "./NavLink";
import { Whoami } from "./Whoami";

/** The navigation of a phone: what is at hand, and the rest behind a button. */
export function BottomBar() {
  const { t } = useTranslation();
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  const allowed = PLACES.filter((place) => place.needs === null || may(place.needs));
  return (
    <>
      <Bar>
        {allowed
          .filter((place) => AT_HAND.includes(place.name))
          .map((place) => (
            <NavLink key={place.name} place={place} />
          ))}
        <button type="button" onClick={open} aria-expanded={opened}>
          <IconMenu2 size={19} stroke={1.6} aria-hidden />
          <span>{t("nav.more")}</span>
        </button>
      </Bar>
      <Drawer
        opened={opened}
        onClose={close}
        position="bottom"
        size="auto"
        title={t("nav.label")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <div className={css.all}>
          {allowed.map((place) => (
            <NavLink key={place.name} place={place} onGo={close} />
          ))}
        </div>
        <Whoami />
      </Drawer>
    </>
  );
}
