import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Badge } from "@/kit/Badge";
import { Card } from "@/kit/Card";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { followersQuery, followingQuery } from "./query";

const TONES = { near: "good", offline: "warn", lost: "bad" } as const;

/** The other appliances that have the same people: the one that this one follows, and those that follow it. */
export function Fellows() {
  const { t } = useTranslation();
  const following = useQuery(followingQuery);
  const followers = useQuery(followersQuery);
  return (
    <Card title={t("fellows.title")} note={t("fellows.text")}>
      <div className={layout.form}>
        {following.data?.centre && <Centre following={following.data} />}
        {!following.data?.centre && (
          <Loaded query={followers} lines={2}>
            {({ items }) => (items.length > 0 ? <Followers items={items} /> : <p>{t("fellows.alone")}</p>)}
          </Loaded>
        )}
      </div>
    </Card>
  );
}

function Centre({ following }: { following: Wire<"Following"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { centre, reach, heard_at, people, receipts_unsent, error } = following;
  const known = reach in TONES ? (reach as keyof typeof TONES) : "lost";
  return (
    <Facts
      facts={[
        [t("fellows.centre"), <bdi dir="ltr">{centre}</bdi>],
        [t("fellows.reach"), <Badge tone={TONES[known]}>{t(`fellows.${known}`)}</Badge>],
        [t("fellows.heard"), heard_at && format.when(heard_at)],
        [t("fellows.people"), format.number(people)],
        [t("fellows.unsent"), format.number(receipts_unsent)],
        [t("fellows.why"), error],
      ]}
    />
  );
}

function Followers({ items }: { items: Wire<"Follower">[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("fellows.follower")}</Table.Th>
          <Table.Th>{t("fellows.behind")}</Table.Th>
          <Table.Th>{t("fellows.receipts")}</Table.Th>
          <Table.Th>{t("fellows.seen")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map(({ key_id, behind, receipts, seen_at }) => (
          <Table.Tr key={key_id}>
            <Table.Td>{key_id.slice(-8)}</Table.Td>
            <Table.Td>{format.number(behind)}</Table.Td>
            <Table.Td>{format.number(receipts)}</Table.Td>
            <Table.Td>{format.when(seen_at)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
