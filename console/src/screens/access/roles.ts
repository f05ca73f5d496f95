import type { Wire } from "@/api/client";

export type Role = Wire<"RoleName">;

/** The roles of docs/roles.txt, in its order. */
export const ROLES: Role[] = ["admin", "operator", "integrator", "auditor", "kiosk", "appliance"];

/** Those that people may have. */
export const STAFF_ROLES = ROLES.filter((role) => role !== "appliance");
