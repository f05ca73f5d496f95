import { IconCheck, IconMinus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Column, Table } from "@/kit/Table";
import { may, PERMISSIONS, type Permission } from "@/session/roles";
import { ROLES } from "./roles";

/** The table that the appliance enforces, as docs/roles.txt has it. */
export function RoleMatrix() {
  const { t } = useTranslation();
  const columns: Column<Permission>[] = [
    { name: t("access.permission"), cell: (permission) => <code dir="ltr">{permission}</code> },
    ...ROLES.map((role) => ({
      name: t(`role.${role}`),
      cell: (permission: Permission) =>
        may(role, permission) ? (
          <IconCheck size={18} role="img" aria-label={t("access.yes")} />
        ) : (
          <IconMinus size={18} opacity={0.4} role="img" aria-label={t("access.no")} />
        ),
    })),
  ];
  return <Table label={t("access.roles")} columns={columns} rows={PERMISSIONS} id={(permission) => permission} />;
}
