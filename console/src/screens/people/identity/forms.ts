import type { Wire } from "@/api/client";

/** What a kind of check takes, where the plugin is delivered with the appliance; docs/aadhaar.md has the kinds. */
export interface CheckForm {
  provider: string;
  kind: string;
  document: "text" | "file";
  /** What the person confides beside it, by name. */
  secrets: string[];
}

export const FORMS: CheckForm[] = [
  { provider: "identity-aadhaar", kind: "aadhaar-qr", document: "text", secrets: [] },
  { provider: "identity-aadhaar", kind: "aadhaar-ekyc", document: "file", secrets: ["share_code"] },
  { provider: "identity-aadhaar-auth", kind: "aadhaar-auth", document: "file", secrets: ["number"] },
];

export interface Typed {
  purpose: Wire<"IdentityPurpose">;
  /** The text that the person agreed to, by its id. */
  consent: string;
  secrets: Record<string, string>;
  document: Uint8Array | null;
}

/** The request, or null while something is missing. */
export function toCheck(form: CheckForm, typed: Typed, nowMs: number): Wire<"NewIdentityCheck"> | null {
  const { purpose, consent, secrets, document } = typed;
  if (!document?.length || !consent.trim() || form.secrets.some((name) => !secrets[name]?.trim())) return null;
  // The document says "an object": its generated type has no fields.
  const claim = { consent: { text: consent.trim(), given_at_s: Math.floor(nowMs / 1000) } } as unknown as Record<string, never>;
  return {
    provider: form.provider,
    kind: form.kind,
    purpose,
    claim,
    secret: form.secrets.length > 0 ? Object.fromEntries(form.secrets.map((name) => [name, secrets[name]!.trim()])) : null,
    document: toBase64(document),
  };
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
