import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { PLACES } from "./navigation";

const CHORD_MS = 1_000;

/** `g` and then a letter goes to a screen. */
export function useShortcuts(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let begunAt = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = PLACES.find((place) => place.key === event.key);
      if (event.timeStamp - begunAt < CHORD_MS && place) {
        begunAt = -Infinity;
        event.preventDefault();
        void navigate({ to: place.to });
      } else if (event.key === "g") {
        begunAt = event.timeStamp;
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
