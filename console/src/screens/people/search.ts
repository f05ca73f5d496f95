/** Who is looked for, as it stands in the address. */
export interface PeopleSearch {
  q?: string;
}

export function peopleSearch({ q }: Record<string, unknown>): PeopleSearch {
  // The router reads a figure in the address as a number.
  const text = typeof q === "number" ? String(q) : q;
  return typeof text === "string" && text !== "" ? { q: text } : {};
}
