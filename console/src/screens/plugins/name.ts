/** A delivered plugin without the house's prefix, another's as it is. */
export function nameOf(id: string): string {
  return id.replace(/^org\.facepay\./, "");
}
