import { Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { Copied } from "@/kit/Copied";
import { ROLES } from "./roles";

/** Makes a key; it is shown once, since the appliance keeps only its digest. */
export function NewKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState("kiosk");
  const mint = useMutation({
    mutationFn: () => answered(client.POST("/keys", { body: { name, role } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/keys"] }),
  });
  const leave = () => {
    mint.reset();
    setName("");
    onClose();
  };
  return (
    <Ask
      opened={opened}
      title={t("access.add_key")}
      action={t(mint.data ? "common.close" : "access.mint")}
      busy={mint.isPending}
      disabled={!mint.data && !name.trim()}
      error={mint.error}
      onClose={leave}
      onDo={() => (mint.data ? leave() : mint.mutate())}
    >
      {mint.data ? (
        <div role="status">
          <p>{t("access.key_once")}</p>
          <Copied text={mint.data.key} />
        </div>
      ) : (
        <>
          <TextInput
            label={t("access.name")}
            value={name}
            onChange={(change) => setName(change.currentTarget.value)}
            data-autofocus
          />
          <Select
            label={t("access.role")}
            data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={role}
            allowDeselect={false}
            onChange={(value) => value && setRole(value)}
          />
        </>
      )}
    </Ask>
  );
}
