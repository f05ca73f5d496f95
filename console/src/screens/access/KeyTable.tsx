import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Ask } from "@/kit/Ask";
import { StateBadge } from "@/kit/StateBadge";
import { type Column, Table } from "@/kit/Table";
import { KeyBounds } from "./KeyBounds";

export function KeyTable({ keys }: { keys: Wire<"Key">[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [asked, ask] = useState<Wire<"Key"> | null>(null);
  const revoke = useMutation({
    mutationFn: (id: string) => answered(client.DELETE("/keys/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      ask(null);
      return queries.invalidateQueries({ queryKey: ["/keys"] });
    },
  });
  const columns: Column<Wire<"Key">>[] = [
    { name: t("access.name"), cell: (key) => key.name },
    { name: t("access.role"), cell: (key) => t(`role.${key.role}`) },
    { name: t("access.bounds"), cell: (key) => <KeyBounds of={key} /> },
    { name: t("people.since"), wide: true, cell: (key) => format.day(key.created_at) },
    {
      name: t("people.status"),
      end: true,
      cell: (key) =>
        key.revoked_at ? (
          <StateBadge state="disabled" />
        ) : key.expires_at && Date.parse(key.expires_at) <= Date.now() ? (
          <StateBadge state="expired" />
        ) : (
          <Button variant="subtle" size="xs" onClick={() => ask(key)}>
            {t("access.revoke")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table stacks label={t("access.keys")} columns={columns} rows={keys} id={(key) => key.id} />
      <Ask
        opened={asked !== null}
        title={t("access.revoke_title", { name: asked?.name })}
        action={t("access.revoke")}
        grave
        busy={revoke.isPending}
        error={revoke.error}
        onClose={() => ask(null)}
        onDo={() => asked && revoke.mutate(asked.id)}
      >
        <p>{t("access.revoke_text")}</p>
      </Ask>
    </>
  );
}
