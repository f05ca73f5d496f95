import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Trouble } from "@/kit/Trouble";
import css from "./SignIn.module.css";

interface Props {
  /** The button, named by what it does. */
  action: string;
  busy: boolean;
  error: unknown;
  disabled?: boolean;
  onSubmit: () => void;
  children: ReactNode;
}

/** What every way in has: fields, a button, and why it did not work. */
export function EntryForm({ action, busy, error, disabled = false, onSubmit, children }: Props) {
  return (
    <form
      className={css.form}
      onSubmit={(submit) => {
        submit.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <Button type="submit" size="md" loading={busy} disabled={disabled}>
        {action}
      </Button>
      <Trouble error={error} />
    </form>
  );
}
