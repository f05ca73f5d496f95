import { MultiSelect, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { camerasQuery } from "@/api/queries";
import { Ask } from "@/kit/Ask";
import { Copied } from "@/kit/Copied";
import { permissionsOf } from "@/session/roles";
import { boundsOf, type KeyForm, thumbprint, UNBOUND } from "./bounds";
import { KEY_ROLES, type Role } from "./roles";

/** Makes a key, for as little as its program needs; it is shown once, since the appliance keeps only its digest. */
export function NewKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const cameras = useQuery({ ...camerasQuery, enabled: opened });
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("kiosk");
  const [form, setForm] = useState<KeyForm>(UNBOUND);
  const change = (changed: Partial<KeyForm>) => setForm((form) => ({ ...form, ...changed }));
  const mint = useMutation({
    mutationFn: () => answered(client.POST("/keys", { body: { name, role, ...boundsOf(form) } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/keys"] }),
  });
  const leave = () => {
    mint.reset();
    setName("");
    setForm(UNBOUND);
    onClose();
  };
  const certificateFits = form.certificate ? thumbprint(form.certificate) !== null : role !== "appliance";
  return (
    <Ask
      opened={opened}
      title={t("access.add_key")}
      action={t(mint.data ? "common.close" : "access.mint")}
      done={Boolean(mint.data)}
      busy={mint.isPending}
      disabled={!mint.data && (!name.trim() || !certificateFits)}
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
            onChange={(typed) => setName(typed.currentTarget.value)}
            data-autofocus
          />
          <Select
            label={t("access.role")}
            data={KEY_ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={role}
            allowDeselect={false}
            onChange={(value) => {
              if (!value) return;
              setRole(value as Role);
              change({ scopes: [] });
            }}
          />
          <MultiSelect
            label={t("access.scopes")}
            description={t("access.scopes_text")}
            placeholder={form.scopes.length === 0 ? t("access.scopes_all") : ""}
            data={permissionsOf(role)}
            value={form.scopes}
            onChange={(scopes) => change({ scopes })}
            clearButtonProps={{ "aria-label": t("common.clear") }}
            clearable
            searchable
          />
          <Select
            label={t("pay.camera")}
            description={t("access.camera_text")}
            placeholder={t("access.camera_any")}
            data={cameras.data?.items.map(({ id }) => id) ?? []}
            value={form.camera}
            onChange={(camera) => change({ camera })}
            clearButtonProps={{ "aria-label": t("common.clear") }}
            clearable
          />
          <TextInput
            label={t("access.certificate")}
            description={t("access.certificate_text")}
            error={!certificateFits && t(form.certificate ? "access.certificate_wrong" : "code.certificate_needed")}
            autoComplete="off"
            spellCheck={false}
            dir="ltr"
            value={form.certificate}
            onChange={(typed) => change({ certificate: typed.currentTarget.value })}
          />
          <TextInput
            type="datetime-local"
            label={t("access.expires")}
            description={t("access.expires_text")}
            value={form.expires}
            onChange={(typed) => change({ expires: typed.currentTarget.value })}
          />
        </>
      )}
    </Ask>
  );
}
