import { Accordion, Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconFileSettings, IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { Card } from "@/kit/Card";
import { Loaded } from "@/kit/Loaded";
import { Notice } from "@/kit/Notice";
import css from "./Configuration.module.css";
import { Diff } from "./Diff";
import { FieldInput } from "./FieldInput";
import { type Field, fields, type Value } from "./fields";
import { check, configurationQuery } from "./query";
import { toToml } from "./toml";

/** What the appliance itself is set to, and what would change if it were set otherwise. */
export function Configuration() {
  const { t } = useTranslation();
  const query = useQuery(configurationQuery);
  if (query.error && Problem.from(query.error).isAbsent) {
    return (
      <Card title={t("settings.appliance")}>
        <Notice icon={IconFileSettings} title={t("settings.in_files")} text={t("settings.in_files_text")}>
          <code dir="ltr">facepay config show</code>
        </Notice>
      </Card>
    );
  }
  return (
    <Card title={t("settings.appliance")} note={t("settings.appliance_text")} flush>
      <Loaded query={query} lines={6}>
        {({ schema, values, sources }) => <Form all={fields(schema, values, sources)} />}
      </Loaded>
    </Card>
  );
}

function Form({ all }: { all: Field[] }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const [changed, setChanged] = useState<Record<string, Value>>({});
  const [opened, { open, close }] = useDisclosure();
  const groups = useMemo(() => {
    const shown = all.filter(({ key }) => key.includes(wanted.trim().toLowerCase()));
    const names = [...new Set(shown.map(({ group }) => group))];
    return names.map((name) => [name, shown.filter(({ group }) => group === name)] as const);
  }, [all, wanted]);
  const count = Object.keys(changed).length;
  const set = ({ key, value: before }: Field, value: Value) =>
    setChanged(({ [key]: _, ...others }) => (JSON.stringify(value) === JSON.stringify(before) ? others : { ...others, [key]: value }));
  return (
    <>
      <div className={css.tools}>
        <TextInput
          className={css.search}
          aria-label={t("settings.find")}
          placeholder={t("settings.find")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted}
          onChange={(typed) => setWanted(typed.currentTarget.value)}
        />
        <span role="status" className="small soft">
          {count > 0 && t("settings.changed", { count })}
        </span>
        <Button disabled={count === 0} onClick={open}>
          {t("settings.compare")}
        </Button>
      </div>
      <Accordion multiple chevronPosition="left" {...(wanted && { value: groups.map(([group]) => group) })}>
        {groups.map(([group, list]) => (
          <Accordion.Item key={group} value={group}>
            <Accordion.Control>
              <code dir="ltr">{group}</code>
              <span className={css.count}>{list.some(({ key }) => key in changed) ? "•" : list.length}</span>
            </Accordion.Control>
            <Accordion.Panel>
              {list.map((field) => (
                <div key={field.key} className={css.field} data-changed={field.key in changed}>
                  <div>
                    <code dir="ltr">{field.key.slice(group.length + 1)}</code>
                    <p className="small soft">{field.source === "default" ? t("settings.source_default") : <bdi>{field.source}</bdi>}</p>
                  </div>
                  <FieldInput field={field} value={changed[field.key] ?? field.value} onChange={(value) => set(field, value)} />
                </div>
              ))}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {opened && (
        <Diff
          name={["/settings/check", changed]}
          ask={() => check(changed)}
          file={{ name: "90-console.toml", text: toToml(changed) }}
          words={{ valid: t("settings.valid"), invalid: t("settings.invalid"), apply: t("settings.apply_text") }}
          onClose={close}
          onDrop={() => (setChanged({}), close())}
        />
      )}
    </>
  );
}
