/** The roles of docs/roles.txt, in its order. */
export const ROLES = ["admin", "operator", "integrator", "auditor", "kiosk"];
