import { useTranslation } from "react-i18next";
import { FilterInput } from "@/kit/FilterInput";
import filters from "@/kit/filters.module.css";
import type { AuditSearch } from "./search";

interface Props {
  search: AuditSearch;
  onChange: (search: AuditSearch) => void;
}

/** Which records are listed; all of it stands in the address. */
export function Filters({ search, onChange }: Props) {
  const { t } = useTranslation();
  const field = (name: keyof AuditSearch) => ({
    label: name === "from" || name === "to" ? t(`transactions.${name}`) : t(`audit.${name}`),
    value: search[name],
    onCommit: (value: string) => {
      const { [name]: _, ...others } = search;
      onChange(value ? { ...others, [name]: value } : others);
    },
  });
  return (
    <div className={filters.filters}>
      <div className={filters.row}>
        <FilterInput {...field("action")} placeholder="transaction." dir="ltr" />
        <FilterInput {...field("actor")} dir="ltr" />
        <FilterInput {...field("subject")} dir="ltr" />
        <FilterInput {...field("from")} type="date" max={search.to} />
        <FilterInput {...field("to")} type="date" min={search.from} />
      </div>
    </div>
  );
}
