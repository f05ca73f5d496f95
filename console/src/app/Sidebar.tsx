import { IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/session/session";
import { Mark } from "./Mark";
import { GROUPS } from "./navigation";
import { NavLink } from "./NavLink";
import { palette } from "./palette-store";
import css from "./Sidebar.module.css";
import { Whoami } from "./Whoami";

export function Sidebar() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <aside className={css.sidebar}>
      <div className={css.brand}>
        <Mark />
        <span>FacePay</span>
      </div>
      <button type="button" className={css.search} onClick={palette.open}>
        <IconSearch size={16} aria-hidden />
        <span>{t("palette.open")}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav className={css.nav} aria-label={t("nav.label")}>
        {GROUPS.map((group) => {
          const places = group.places.filter((place) => place.needs === null || may(place.needs));
          return (
            places.length > 0 && (
              <div key={group.name}>
                <p className={css.group}>{t(`nav.${group.name}`)}</p>
                <ul>
                  {places.map((place) => (
                    <li key={place.name}>
                      <NavLink place={place} />
                    </li>
                  ))}
                </ul>
              </div>
            )
          );
        })}
      </nav>
      <Whoami />
    </aside>
  );
}
