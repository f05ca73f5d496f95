type Figures = ArrayLike<number | null | undefined>;

/** The places of figures that have none beside them. */
export function alone(figures: Figures): number[] {
  const there = (place: number) => figures[place] != null;
  return Array.from(figures, (_, place) => place).filter((place) => there(place) && !there(place - 1) && !there(place + 1));
}

const CHAR_PX = 7;
const SPACE_PX = 16;
const AXIS_PX_MIN = 44;

/** How wide an axis has to be for what stands at it. */
export function axisPx(texts: string[] | null): number {
  const longest = Math.max(0, ...(texts ?? []).map((text) => text.length));
  return Math.max(AXIS_PX_MIN, longest * CHAR_PX + SPACE_PX);
}
