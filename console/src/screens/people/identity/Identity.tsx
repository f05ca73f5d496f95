import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { listQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import layout from "@/kit/layout.module.css";
import { StateBadge } from "@/kit/StateBadge";
import { Trouble } from "@/kit/Trouble";
import { Found } from "./Found";
import { NewCheck } from "./NewCheck";

const OPEN: Wire<"IdentityState">[] = ["pending", "unknown"];

/** Who a person is by the word of issuers. */
export function Identity({ user }: { user: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const query = useQuery(listQuery("/users/{id}/identity-checks", { path: { id: user } }));
  return (
    <Card
      title={t("identity.title")}
      note={t("identity.text")}
      actions={
        <Button variant="default" size="xs" onClick={open}>
          {t("identity.check")}
        </Button>
      }
    >
      <Loaded query={query} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">{t("identity.none")}</p>
          ) : (
            items.map((check) => <Check key={check.id} check={check} />)
          )
        }
      </Loaded>
      <NewCheck user={user} opened={opened} onClose={close} />
    </Card>
  );
}

function Check({ check }: { check: Wire<"IdentityCheck"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [opened, { toggle }] = useDisclosure();
  const sync = useMutation({
    mutationFn: () => answered(client.POST("/identity-checks/{id}/sync", { params: { path: { id: check.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/users/{id}/identity-checks"] }),
  });
  const isOpen = OPEN.includes(check.state);
  return (
    <div>
      <div className={layout.line}>
        <div>
          <p>{t(`identity.${check.kind.replace("-", "_")}`, { defaultValue: check.kind })}</p>
          <p className="small soft number">
            {t(`identity.for_${check.purpose}`)} · {format.when(check.begun_at)}
          </p>
        </div>
        <div className={layout.actions}>
          {isOpen && (
            <Button variant="default" size="xs" loading={sync.isPending} onClick={() => sync.mutate()}>
              {t("transactions.sync")}
            </Button>
          )}
          <Button variant="subtle" size="xs" aria-expanded={opened} onClick={toggle}>
            {t("identity.more")}
          </Button>
          <StateBadge state={check.state} />
        </div>
      </div>
      <Trouble error={sync.error} />
      <Collapse expanded={opened}>
        <Found check={check} />
      </Collapse>
    </div>
  );
}
