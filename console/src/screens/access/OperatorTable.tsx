import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { Badge } from "@/kit/Badge";
import { StateBadge } from "@/kit/StateBadge";
import { type Column, Table } from "@/kit/Table";
import { useGrant } from "@/session/session";
import css from "./Access.module.css";

type Operator = Wire<"Operator">;
/** What an admin does to the account of somebody else: shut it, or forget the device that they have lost. */
type Act = "shut" | "reset";

const ROUTES = { shut: "/operators/{id}", reset: "/operators/{id}/totp" } as const;

export function OperatorTable({ operators }: { operators: Operator[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const own = useGrant()?.id;
  const [asked, ask] = useState<{ act: Act; operator: Operator } | null>(null);
  const act = useMutation({
    mutationFn: ({ act, operator }: { act: Act; operator: Operator }) =>
      answered(client.DELETE(ROUTES[act], { params: { path: { id: operator.id } } })),
    onSuccess: () => {
      ask(null);
      return queries.invalidateQueries({ queryKey: ["/operators"] });
    },
  });
  const columns: Column<Operator>[] = [
    { name: t("access.name"), cell: (operator) => operator.name },
    { name: t("access.role"), cell: (operator) => t(`role.${operator.role}`) },
    {
      name: t("totp.title"),
      cell: (operator) => (
        <Badge tone={operator.totp ? "good" : "quiet"}>{t(operator.totp ? "totp.has" : "totp.none")}</Badge>
      ),
    },
    { name: t("people.since"), wide: true, cell: (operator) => format.day(operator.created_at) },
    {
      name: t("people.status"),
      end: true,
      cell: (operator) => {
        if (operator.disabled_at) return <StateBadge state="disabled" />;
        if (operator.id === own) return <span className="soft">{t("access.you")}</span>;
        return (
          <div className={css.acts}>
            {operator.totp && (
              <Button variant="subtle" size="xs" onClick={() => ask({ act: "reset", operator })}>
                {t("access.reset")}
              </Button>
            )}
            <Button variant="subtle" size="xs" onClick={() => ask({ act: "shut", operator })}>
              {t("access.shut")}
            </Button>
          </div>
        );
      },
    },
  ];
  const wish = asked?.act ?? "shut";
  return (
    <>
      <Table stacks label={t("access.staff")} columns={columns} rows={operators} id={(operator) => operator.id} />
      <Ask
        opened={asked !== null}
        title={t(`access.${wish}_title`, { name: asked?.operator.name })}
        action={t(`access.${wish}`)}
        grave
        busy={act.isPending}
        error={act.error}
        onClose={() => ask(null)}
        onDo={() => asked && act.mutate(asked)}
      >
        <p>{t(`access.${wish}_text`)}</p>
      </Ask>
    </>
  );
}
