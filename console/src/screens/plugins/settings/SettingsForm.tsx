import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Diff } from "@/screens/settings/configuration/Diff";
import { toToml } from "@/screens/settings/configuration/toml";
import { useMay } from "@/session/session";
import { Control } from "./Control";
import type { Field, Part } from "./form";
import css from "./PluginSettings.module.css";
import { check } from "./query";
import { changesOf, type Typed, typedOf } from "./typed";

interface Props {
  /** What the appliance's settings call the plugin. */
  name: string;
  id: string;
  parts: Part[];
}

/** A plugin's settings to fill in, checked while they are typed and then by the plugin itself. */
export function SettingsForm({ name, id, parts }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [typed, setTyped] = useState<Record<string, Typed>>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState<Wire<"PluginSettingsCheck"> | null>(null);
  const [opened, { open, close }] = useDisclosure();
  const { changes, misfits } = changesOf(parts.flatMap(({ fields }) => fields), typed);
  const count = Object.keys(changes).length;

  const type = ({ key }: Field, now: Typed) => {
    setTyped((before) => ({ ...before, [key]: now }));
    setRefused((before) => (before?.key === key ? null : before));
  };
  const wrong = ({ key }: Field): string | undefined => {
    const found = misfits[key];
    if (found) return left.has(key) ? t(`plugins.fit_${found.code}`, { limit: found.limit }) : undefined;
    return refused?.key === key ? (refused.problem ?? undefined) : undefined;
  };
  const compare = () => {
    const unfit = Object.keys(misfits);
    setLeft(new Set([...left, ...unfit]));
    if (unfit.length > 0) document.getElementById(idOf(unfit[0]!))?.focus();
    else if (count > 0) open();
  };
  const ask = async () => {
    const told = await check(id, changes);
    setRefused(told.valid ? null : told);
    return told;
  };
  const drop = () => {
    setTyped({});
    setLeft(new Set());
    setRefused(null);
    close();
  };

  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(submit) => {
        submit.preventDefault();
        compare();
      }}
    >
      {parts.map((part) => (
        <Card key={part.key} {...(part.title && { title: part.title })} {...(part.help && { note: part.help })}>
          <fieldset className={css.fields} disabled={!may("settings.manage")} aria-label={part.title || t("plugins.settings")}>
            {part.fields.map((field) => (
              <div key={field.key} className={css.field} data-changed={field.key in changes} onBlur={() => setLeft(new Set([...left, field.key]))}>
                <Control
                  id={idOf(field.key)}
                  field={field}
                  typed={typed[field.key] ?? typedOf(field)}
                  error={wrong(field)}
                  onType={(now) => type(field, now)}
                />
              </div>
            ))}
          </fieldset>
        </Card>
      ))}
      {may("settings.manage") && (
        <div className={css.foot}>
          <span role="status" className="small soft">
            {count > 0 && t("settings.changed", { count })}
          </span>
          <Button type="submit" disabled={count === 0 && Object.keys(misfits).length === 0}>
            {t("settings.compare")}
          </Button>
        </div>
      )}
      {opened && (
        <Diff
          name={["/plugins/{id}/settings/check", id, changes]}
          ask={ask}
          file={{ name: `91-${name}.toml`, text: toToml(changes, ["plugins", "settings", name]) }}
          words={{ valid: t("plugins.valid"), invalid: t("plugins.invalid"), apply: t("plugins.apply_text") }}
          note={({ secrets_missing }) =>
            secrets_missing.length > 0 && <p className={css.missing}>{t("plugins.secrets_missing", { keys: secrets_missing.join(", ") })}</p>
          }
          onClose={close}
          onDrop={drop}
        />
      )}
    </form>
  );
}

function idOf(key: string): string {
  return `setting-${key}`;
}
