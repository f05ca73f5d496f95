import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listQuery } from "@/api/queries";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { KeyTable } from "./KeyTable";
import { NewKey } from "./NewKey";
import { NewOperator } from "./NewOperator";
import { OperatorTable } from "./OperatorTable";
import { RoleMatrix } from "./RoleMatrix";

/** Who may do what: staff, keys of programs, and the table of roles. */
export function Access() {
  const { t } = useTranslation();
  const operators = useQuery(listQuery("/operators"));
  const keys = useQuery(listQuery("/keys"));
  const [addsOperator, operator] = useDisclosure();
  const [addsKey, key] = useDisclosure();
  return (
    <Page title={t("access.title")} lead={t("access.lead")}>
      <Card
        title={t("access.staff")}
        flush
        actions={
          <Button variant="default" onClick={operator.open}>
            {t("access.add_operator")}
          </Button>
        }
      >
        <Loaded query={operators} lines={3}>
          {({ items }) => <OperatorTable operators={items} />}
        </Loaded>
      </Card>
      <Card
        title={t("access.keys")}
        flush
        actions={
          <Button variant="default" onClick={key.open}>
            {t("access.add_key")}
          </Button>
        }
      >
        <Loaded query={keys} lines={3}>
          {({ items }) => <KeyTable keys={items} />}
        </Loaded>
      </Card>
      <Card title={t("access.roles")} note={t("access.roles_text")} flush>
        <RoleMatrix />
      </Card>
      <NewOperator opened={addsOperator} onClose={operator.close} />
      <NewKey opened={addsKey} onClose={key.close} />
    </Page>
  );
}
