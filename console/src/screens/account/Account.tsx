import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconKey, IconLogout } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Notice } from "@/kit/Notice";
import { Page } from "@/kit/Page";
import { Trouble } from "@/kit/Trouble";
import { signOut } from "@/session/entry";
import { useGrant } from "@/session/session";
import css from "./Account.module.css";
import { Password } from "./Password";
import { Totp } from "./Totp";

/** Whoever is signed in: what they may do, their password, their device for one-time codes. */
export function Account() {
  const { t } = useTranslation();
  const format = useFormat();
  const grant = useGrant();
  const leave = useMutation({ mutationFn: signOut });
  if (!grant) return null;
  return (
    <Page
      title={t("account.title")}
      lead={t("account.lead")}
      actions={
        <Button
          variant="default"
          loading={leave.isPending}
          leftSection={<IconLogout size={18} stroke={1.6} aria-hidden />}
          onClick={() => leave.mutate()}
        >
          {t("login.out")}
        </Button>
      }
    >
      <Trouble error={leave.error} />
      {grant.id === null ? (
        <Card>
          <Notice icon={IconKey} title={t("account.key")} text={t("login.key_lead")} />
        </Card>
      ) : (
        <div className={layout.columns}>
          <div className={layout.stack}>
            <Card title={grant.name}>
              <Facts
                facts={[
                  [t("access.role"), grant.role && t(`role.${grant.role}`)],
                  [t("account.until"), grant.expiresAt && format.when(grant.expiresAt)],
                ]}
              />
            </Card>
            <Card title={t("account.may")}>
              <ul className={css.permissions}>
                {grant.permissions?.map((permission) => (
                  <li key={permission}>
                    <code dir="ltr">{permission}</code>
                  </li>
                ))}
              </ul>
            </Card>
          </div>
          <div className={layout.stack}>
            <Totp />
            <Password />
          </div>
        </div>
      )}
    </Page>
  );
}
