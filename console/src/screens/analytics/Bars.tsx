import css from "./Analytics.module.css";

export interface Bar {
  id: string;
  name: string;
  value: number;
  /** Behind the value, paler: what nearly all stay below. */
  behind?: number;
  /** The figure in words. */
  text: string;
}

/** Figures beside each other, the longest as long as there is room. */
export function Bars({ bars }: { bars: Bar[] }) {
  const most = Math.max(Number.MIN_VALUE, ...bars.map(({ value, behind = 0 }) => Math.max(value, behind)));
  return (
    <ul className={css.bars}>
      {bars.map(({ id, name, value, behind, text }) => (
        <li key={id}>
          <span>{name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
            <rect width="100" height="10" className={css.back} />
            {behind !== undefined && <rect width={(behind / most) * 100} height="10" className={css.soft} />}
            <rect width={(value / most) * 100} height="10" className={css.full} />
          </svg>
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}
