import { FileInput, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { Ask } from "@/kit/Ask";
import { PasswordField } from "@/kit/PasswordField";
import { FORMS, toCheck, type Typed } from "./forms";
import { Found } from "./Found";

const EMPTY: Typed = { purpose: "enrolment", consent: "", secrets: {}, document: null };
const PURPOSES: Wire<"IdentityPurpose">[] = ["enrolment", "payment"];

interface Props {
  user: string;
  opened: boolean;
  onClose: () => void;
}

/** Asks an issuer who somebody is. What is handed over and confided is kept nowhere, here neither. */
export function NewCheck({ user, opened, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [kind, setKind] = useState(FORMS[0]!.kind);
  const [typed, setTyped] = useState(EMPTY);
  const form = FORMS.find((one) => one.kind === kind)!;
  const body = toCheck(form, typed, Date.now());
  const change = (changed: Partial<Typed>) => setTyped((before) => ({ ...before, ...changed }));
  const check = useMutation({
    mutationFn: (body: Wire<"NewIdentityCheck">) =>
      answered(client.POST("/users/{id}/identity-checks", { params: { path: { id: user } }, body })),
    onSettled: () => {
      setTyped(EMPTY);
      return queries.invalidateQueries({ queryKey: ["/users/{id}/identity-checks"] });
    },
  });
  const leave = () => {
    check.reset();
    setTyped(EMPTY);
    onClose();
  };
  return (
    <Ask
      opened={opened}
      title={t("identity.check")}
      action={t(check.data ? "common.close" : "identity.ask")}
      done={Boolean(check.data)}
      busy={check.isPending}
      disabled={!check.data && !body}
      error={check.error}
      onClose={leave}
      onDo={() => (check.data ? leave() : body && check.mutate(body))}
    >
      {check.data ? (
        <Found check={check.data} />
      ) : (
        <>
          <Select
            label={t("identity.kind")}
            data={FORMS.map(({ kind }) => ({ value: kind, label: t(`identity.${kind.replace("-", "_")}`) }))}
            value={kind}
            allowDeselect={false}
            onChange={(value) => {
              if (value) setKind(value);
              change({ document: null, secrets: {} });
            }}
          />
          <SegmentedControl
            fullWidth
            aria-label={t("identity.purpose")}
            value={typed.purpose}
            onChange={(purpose) => change({ purpose })}
            data={PURPOSES.map((value) => ({ value, label: t(`identity.for_${value}`) }))}
          />
          {form.document === "text" ? (
            <Textarea
              label={t("identity.scanned")}
              description={t("identity.scanned_text")}
              dir="ltr"
              autosize={false}
              rows={3}
              required
              onChange={(change_) => change({ document: new TextEncoder().encode(change_.currentTarget.value.trim()) })}
            />
          ) : (
            <FileInput
              label={t("identity.file")}
              placeholder={t("identity.file_choose")}
              required
              onChange={(file) => {
                if (!file) return change({ document: null });
                return void file.arrayBuffer().then((bytes) => change({ document: new Uint8Array(bytes) }));
              }}
            />
          )}
          {form.secrets.map((name) => (
            <PasswordField
              key={name}
              label={t(`identity.${name}`)}
              autoComplete="off"
              value={typed.secrets[name] ?? ""}
              onChange={(value) => change({ secrets: { ...typed.secrets, [name]: value } })}
            />
          ))}
          <TextInput
            label={t("identity.consent")}
            description={t("identity.consent_text")}
            dir="ltr"
            autoComplete="off"
            required
            value={typed.consent}
            onChange={(change_) => change({ consent: change_.currentTarget.value })}
          />
        </>
      )}
    </Ask>
  );
}
