/** Short, for a message; it opens below /console as well. */
export const ME = "/me";

/** A person's link. What makes it theirs stands behind `#`, which browsers send to nobody and no log has. */
export function linkOf(origin: string, token: string): string {
  return `${origin}${ME}#${token}`;
}

/** What a link gives; `null` when the address is not one. */
export function tokenOf(hash: string): string | null {
  const token = hash.replace(/^#/, "");
  return /^[\w-]{8,200}$/.test(token) ? token : null;
}
