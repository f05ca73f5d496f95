import { Button, Collapse, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { camerasQuery } from "@/api/queries";
import { Copied } from "@/kit/Copied";
import { FilterInput } from "@/kit/FilterInput";
import filters from "@/kit/filters.module.css";
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
    // An amount has a sense in a currency only.
    const currency = value && (name === "min" || name === "max") ? { currency: search.currency ?? usualCurrency() } : {};
    set({ ...currency, [name]: value });
  };
  const text = (name: Name, type = "text") => ({
    type,
    label: t(`transactions.${name}`),
    value: search[name],
    onCommit: (value: string) => commit(name, value),
  });
  const clear = { clearable: true, clearButtonProps: { "aria-label": t("common.clear") } };
  return (
    <div className={filters.filters}>
      <div className={filters.row}>
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
        <FilterInput {...text("from", "date")} max={search.to} />
        <FilterInput {...text("to", "date")} min={search.from} />
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
        <div className={filters.row}>
          <FilterInput {...text("reference")} />
          <FilterInput {...text("provider")} dir="ltr" />
          <FilterInput {...text("branch")} />
          <Select
            label={t("transactions.currency")}
            data={CURRENCIES}
            value={search.currency ?? null}
            onChange={(currency) => set({ currency, ...(!currency && { min: null, max: null }) })}
            {...clear}
          />
          <FilterInput {...text("min")} inputMode="decimal" />
          <FilterInput {...text("max")} inputMode="decimal" />
        </div>
      </Collapse>
    </div>
  );
}
