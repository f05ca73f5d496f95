import css from "./Qr.module.css";
import { qr } from "./matrix";

/** Light modules around it, without which readers do not find it. */
const QUIET = 4;

/** A text for a device's camera, drawn here: what it says is told to nobody else. Nothing for a text that is too long. */
export function Qr({ text, label }: { text: string; label: string }) {
  const rows = qr(text);
  if (!rows) return null;
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : [])));
  return (
    <svg className={css.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={dark.join("")} />
    </svg>
  );
}
