import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import layout from "@/kit/layout.module.css";
import { StateBadge } from "@/kit/StateBadge";
import { Trouble } from "@/kit/Trouble";

interface Props {
  state: string;
  isOpen: boolean;
  busy: boolean;
  error: unknown;
  onDecide: (yes: boolean) => void;
  children: ReactNode;
}

/** Something to be decided, with a yes and a no. */
export function Decision({ state, isOpen, busy, error, onDecide, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className={layout.line}>
      <div>
        {children}
        <Trouble error={error} />
      </div>
      <div className={layout.actions}>
        {isOpen ? (
          <>
            <Button variant="default" disabled={busy} onClick={() => onDecide(false)}>
              {t("reviews.no")}
            </Button>
            <Button loading={busy} onClick={() => onDecide(true)}>
              {t("reviews.yes")}
            </Button>
          </>
        ) : (
          <StateBadge state={state} />
        )}
      </div>
    </div>
  );
}
