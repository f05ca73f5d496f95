/** Raised whenever the text of any language changes: consents are bound to the version and to the text's digest. */
export const CONSENT_VERSION = "console-1";

/** How long a consent is asked for: a year. */
export function consentEnd(now: Date): string {
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  return end.toISOString();
}
