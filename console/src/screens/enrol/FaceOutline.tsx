import css from "./FaceOutline.module.css";

/** Where the face is to be; it turns green while the picture is good. */
export function FaceOutline({ good }: { good: boolean }) {
  return (
    <svg className={css.outline} data-good={good} viewBox="0 0 64 48" aria-hidden>
      <ellipse cx="32" cy="23" rx="10.5" ry="14" />
    </svg>
  );
}
