import { Menu, UnstyledButton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconDeviceTablet, IconLogout, IconSelector, IconUserCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useConnected } from "@/api/events";
import { signOut } from "@/session/entry";
import { useGrant } from "@/session/session";
import css from "./Whoami.module.css";

/** Who is signed in, whether events come, and the way out. */
export function Whoami() {
  const { t } = useTranslation();
  const grant = useGrant();
  const connected = useConnected();
  const leave = useMutation({ mutationFn: signOut });
  if (!grant) return null;
  // A key has no name but what it is.
  const role = grant.role ? t(`role.${grant.role}`) : t("nav.connected");
  return (
    <Menu position="top-start" width={208} withinPortal>
      <Menu.Target>
        <UnstyledButton className={css.who} title={t("nav.account", { name: grant.name })}>
          <span className={css.letter} aria-hidden>
            {grant.name.charAt(0).toUpperCase()}
            <i data-connected={connected} />
          </span>
          <span className={css.text}>
            <b>{grant.name}</b>
            <small>{connected ? role : t("nav.reconnecting")}</small>
          </span>
          <IconSelector className={css.more} size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          to="/console/account"
          leftSection={<IconUserCircle size={18} stroke={1.6} aria-hidden />}
        >
          {t("account.title")}
        </Menu.Item>
        <Menu.Item component={Link} to="/kiosk" leftSection={<IconDeviceTablet size={18} stroke={1.6} aria-hidden />}>
          {t("nav.kiosk")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={18} stroke={1.6} aria-hidden />} onClick={() => leave.mutate()}>
          {t("login.out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
