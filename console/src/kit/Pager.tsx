import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./Pager.module.css";

interface Props {
  first: number;
  size: number;
  count: number;
  onMove: (first: number) => void;
}

export function Pager({ first, size, count, onMove }: Props) {
  const { t } = useTranslation();
  if (count <= size) return null;
  return (
    <nav className={css.pager} aria-label={t("common.pages")}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("common.previous")}
        disabled={first === 0}
        onClick={() => onMove(Math.max(0, first - size))}
      >
        <IconChevronLeft className={css.arrow} size={18} />
      </ActionIcon>
      <span className="number soft">
        {t("common.range", { first: first + 1, last: Math.min(first + size, count), count })}
      </span>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("common.next")}
        disabled={first + size >= count}
        onClick={() => onMove(first + size)}
      >
        <IconChevronRight className={css.arrow} size={18} />
      </ActionIcon>
    </nav>
  );
}
