import { useReducedMotion } from "motion/react";
import { type ReactNode, useEffect, useRef } from "react";
import { beat } from "@/feed/beat";
import { together } from "@/feed/together";
import css from "./Kiosk.module.css";

const PERIOD_MS = 3_200;
const RISE = 0.035;
/** As often as pictures come, and painted with them: an animation would have the screen painted sixty times a second, all day. */
const EVERY_MS = 100;

/** Shows that the screen is awake: what it holds grows a little and shrinks again. */
export function Breath({ children }: { children: ReactNode }) {
  const held = useRef<HTMLSpanElement>(null);
  const still = useReducedMotion();
  useEffect(() => {
    if (still) return;
    const breathe = () => {
      const phase = (performance.now() % PERIOD_MS) / PERIOD_MS;
      if (held.current) held.current.style.scale = String(1 + (RISE * (1 - Math.cos(2 * Math.PI * phase))) / 2);
    };
    return beat.every(EVERY_MS, () => together(breathe));
  }, [still]);
  return (
    <span ref={held} className={css.breath} aria-hidden>
      {children}
    </span>
  );
}
