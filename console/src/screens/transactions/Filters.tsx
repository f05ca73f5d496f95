import { Button, Collapse, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import type { FocusEvent, KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { camerasQuery } from "@/api/queries";
import { Copied } from "@/kit/Copied";
import { CURRENCIES, usualCurrency } from "@/pay/currencies";
import { useMay } from "@/session/session";
import { hasFine, STATES, type TransactionSearch } from "./search";
import css from "./Transactions.module.css";

interface Props {
  search: TransactionSearch;
  onChange: (search: TransactionSearch) => void;
}

type Name = Exclude<keyof TransactionSearch, "state">;

/** Which payments are listed; all of it stands in the address. */
export function Filters({ search, onChange }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const cameras = useQuery({ ...camerasQuery, enabled: may("cameras.view"), refetchInterval: false });
  const [opened, { toggle }] = useDisclosure(hasFine(search));
  const set = (changed: { [Key in keyof TransactionSearch]?: TransactionSearch[Key] | null }) => {
    const all = Object.entries({ ...search, ...changed }).filter(([, value]) => value);
    onChange(Object.fromEntries(all) as TransactionSearch);
  };
  const commit = (name: Name, value: string) => {
    if (value === (search[name] ?? "")) return;
    // An amount has a sense in a currency only.
    const currency = value && (name === "min" || name === "max") ? { currency: search.currency ?? usualCurrency() } : {};
    set({ ...currency, [name]: value });
  };
  const text = (name: Name, type = "text") => ({
    type,
    label: t(`transactions.${name}`),
    defaultValue: search[name] ?? "",
    // Not at every letter: each is another question to the appliance.
    onBlur: (left: FocusEvent<HTMLInputElement>) => commit(name, left.currentTarget.value.trim()),
    onKeyDown: (pressed: KeyboardEvent<HTMLInputElement>) => {
      if (pressed.key === "Enter") commit(name, pressed.currentTarget.value.trim());
    },
  });
  const clear = { clearable: true, clearButtonProps: { "aria-label": t("common.clear") } };
  return (
    <div className={css.filters}>
      <div className={css.row}>
        <Select
          label={t("transactions.state")}
          placeholder={t("transactions.any_state")}
          data={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
          value={search.state ?? null}
          onChange={(state) => set({ state: state as TransactionSearch["state"] | null })}
          {...clear}
        />
        {cameras.data && (
          <Select
            label={t("transactions.camera")}
            placeholder={t("access.camera_any")}
            data={cameras.data.items.map(({ id }) => id)}
            value={search.camera ?? null}
            onChange={(camera) => set({ camera })}
            {...clear}
          />
        )}
        <TextInput {...text("from", "date")} key={`from ${search.from}`} max={search.to} />
        <TextInput {...text("to", "date")} key={`to ${search.to}`} min={search.from} />
        <Button
          variant="subtle"
          leftSection={<IconAdjustmentsHorizontal size={18} stroke={1.6} aria-hidden />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {t("transactions.more_filters")}
        </Button>
        {search.user && (
          <span className={css.chip}>
            <Copied label={t("transactions.payer")} text={search.user} short={12} />
            <button type="button" aria-label={t("common.clear")} onClick={() => set({ user: null })}>
              <IconX size={16} aria-hidden />
            </button>
          </span>
        )}
      </div>
      <Collapse expanded={opened}>
        <div className={css.row}>
          <TextInput {...text("reference")} key={`reference ${search.reference}`} />
          <TextInput {...text("provider")} key={`provider ${search.provider}`} dir="ltr" />
          <TextInput {...text("branch")} key={`branch ${search.branch}`} />
          <Select
            label={t("transactions.currency")}
            data={CURRENCIES}
            value={search.currency ?? null}
            onChange={(currency) => set({ currency, ...(!currency && { min: null, max: null }) })}
            {...clear}
          />
          <TextInput {...text("min")} key={`min ${search.min}`} inputMode="decimal" />
          <TextInput {...text("max")} key={`max ${search.max}`} inputMode="decimal" />
        </div>
      </Collapse>
    </div>
  );
}
