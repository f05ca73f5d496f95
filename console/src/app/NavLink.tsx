import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Place } from "./navigation";
import css from "./NavLink.module.css";

export function NavLink({ place, onGo }: { place: Place; onGo?: () => void }) {
  const { t } = useTranslation();
  const Icon = place.icon;
  const name = t(`nav.${place.name}`);
  return (
    <Link
      to={place.to}
      className={css.link}
      activeOptions={{ exact: place.to === "/console", includeSearch: false }}
      title={name}
      onClick={onGo}
    >
      <Icon size={19} stroke={1.6} aria-hidden />
      <span>{name}</span>
    </Link>
  );
}
