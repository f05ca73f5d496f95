import type { Wire } from "@/api/client";

/** What a key is to be bound to, as it is typed. */
export interface KeyForm {
  scopes: string[];
  camera: string | null;
  certificate: string;
  /** Of this browser's clock, as `datetime-local` has it. */
  expires: string;
}

export const UNBOUND: KeyForm = { scopes: [], camera: null, certificate: "", expires: "" };

/** SHA-256 of a certificate as the appliance takes it, from what programs show: capitals, colons and spaces are left out. */
export function thumbprint(text: string): string | null {
  const plain = text.replace(/[\s:]/g, "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(plain) ? plain : null;
}

/** What was left empty binds nothing. */
export function boundsOf(form: KeyForm): Omit<Wire<"NewKey">, "name" | "role"> {
  return {
    scopes: form.scopes.length > 0 ? (form.scopes as Wire<"PermissionName">[]) : null,
    camera: form.camera,
    certificate_sha256: form.certificate ? thumbprint(form.certificate) : null,
    expires_at: form.expires ? new Date(form.expires).toISOString() : null,
  };
}
