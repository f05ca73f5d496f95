import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { StateBadge } from "@/kit/StateBadge";
import { type Column, Table } from "@/kit/Table";

type Operator = Wire<"Operator">;

export function OperatorTable({ operators }: { operators: Operator[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [asked, ask] = useState<Operator | null>(null);
  const shut = useMutation({
    mutationFn: (id: string) => answered(client.DELETE("/operators/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      ask(null);
      return queries.invalidateQueries({ queryKey: ["/operators"] });
    },
  });
  const columns: Column<Operator>[] = [
    { name: t("access.name"), cell: (operator) => operator.name },
    { name: t("access.role"), cell: (operator) => t(`role.${operator.role}`) },
    { name: t("people.since"), wide: true, cell: (operator) => format.day(operator.created_at) },
    {
      name: t("people.status"),
      end: true,
      cell: (operator) =>
        operator.disabled_at ? (
          <StateBadge state="disabled" />
        ) : (
          <Button variant="subtle" size="xs" onClick={() => ask(operator)}>
            {t("access.shut")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table label={t("access.staff")} columns={columns} rows={operators} id={(operator) => operator.id} />
      <Ask
        opened={asked !== null}
        title={t("access.shut_title", { name: asked?.name })}
        action={t("access.shut")}
        grave
        busy={shut.isPending}
        error={shut.error}
        onClose={() => ask(null)}
        onDo={() => asked && shut.mutate(asked.id)}
      >
        <p>{t("access.shut_text")}</p>
      </Ask>
    </>
  );
}
