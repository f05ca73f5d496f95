import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown } from "@tabler/icons-react";
import { useId } from "react";
import css from "./Raw.module.css";

/** A text as the appliance gave it, behind its title. */
export function Raw({ title, text }: { title: string; text: string }) {
  const [opened, { toggle }] = useDisclosure();
  const id = useId();
  return (
    <section className={css.raw}>
      <UnstyledButton className={css.head} onClick={toggle} aria-expanded={opened} aria-controls={id}>
        <h2>{title}</h2>
        <IconChevronDown data-opened={opened} size={18} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={opened} id={id}>
        <pre dir="ltr" tabIndex={0} aria-label={title}>
          {text}
        </pre>
      </Collapse>
    </section>
  );
}
