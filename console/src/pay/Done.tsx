import * as m from "motion/react-m";
import css from "./Done.module.css";

/** A tick that is drawn once: it is paid. */
export function Done({ size = 88 }: { size?: number }) {
  return (
    <svg className={css.done} width={size} height={size} viewBox="0 0 64 64" fill="none" aria-hidden>
      <m.circle
        cx="32"
        cy="32"
        r="29"
        initial={{ pathLength: 0 }}
        animate={{ pathLength: 1 }}
        transition={{ duration: 0.45, ease: "easeOut" }}
      />
      <m.path
        d="M19 33.5 28.5 43 46 24"
        initial={{ pathLength: 0 }}
        animate={{ pathLength: 1 }}
        transition={{ delay: 0.3, duration: 0.25, ease: "easeOut" }}
      />
    </svg>
  );
}
