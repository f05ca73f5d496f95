import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import css from "./Ask.module.css";
import { Trouble } from "./Trouble";

interface Props {
  opened: boolean;
  title: string;
  /** The button that does it, named by what it does. */
  action: string;
  grave?: boolean;
  /** With room for a text. */
  wide?: boolean;
  /** It was done: there is nothing to call off any more. */
  done?: boolean;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  onDo: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is done. */
export function Ask({ opened, title, action, grave, wide, done, busy, disabled, error, onDo, onClose, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={wide ? "lg" : "md"}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        className={css.ask}
        onSubmit={(submit) => {
          submit.preventDefault();
          onDo();
        }}
      >
        {children}
        <Trouble error={error} />
        <div className={css.actions}>
          {!done && (
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
          )}
          <Button type="submit" color={grave ? "red" : undefined} loading={busy ?? false} disabled={disabled ?? false}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
