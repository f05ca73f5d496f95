import type { Wire } from "@/api/client";

export type Role = Wire<"RoleName">;

/** The roles of docs/roles.txt, in its order. */
export const ROLES: Role[] = ["admin", "operator", "integrator", "auditor", "kiosk", "appliance", "payer"];

/** Those that keys may have. */
export const KEY_ROLES = ROLES.filter((role) => role !== "payer");

/** Those that members of staff may have. */
export const STAFF_ROLES = KEY_ROLES.filter((role) => role !== "appliance");
