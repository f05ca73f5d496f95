/** Pictures are asked for in steps of so many pixels, so that the edge of a window that is drawn at does not ask for each width once. */
const STEP_PX = 16;

/** How many of its own pixels a picture is wide where it fills a frame, cut where it has another shape. */
export function shownPx(frame: { width: number; height: number }, picture: { width: number; height: number }, scale: number): number {
  const wide = Math.max(frame.width, (frame.height * picture.width) / picture.height) * scale;
  return Math.max(1, Math.ceil(wide / STEP_PX)) * STEP_PX;
}
