import {
  IconActivityHeartbeat,
  IconCamera,
  IconCashRegister,
  IconChartHistogram,
  IconFileText,
  IconKey,
  IconLayoutGrid,
  IconListDetails,
  IconPlugConnected,
  IconSettings,
  IconShieldCheck,
  IconUserCheck,
  IconUserPlus,
  IconUsers,
  IconUsersGroup,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Permission } from "@/session/roles";

export interface Place {
  to:
    | "/console"
    | "/console/checkout"
    | "/console/group"
    | "/console/enrol"
    | "/console/people"
    | "/console/consent-texts"
    | "/console/transactions"
    | "/console/analytics"
    | "/console/reviews"
    | "/console/cameras"
    | "/console/plugins"
    | "/console/audit"
    | "/console/access"
    | "/console/system"
    | "/console/settings";
  name: string;
  icon: TablerIcon;
  needs: Permission | null;
  /** Pressed after `g`. */
  key: string;
}

export const GROUPS: { name: string; places: Place[] }[] = [
  {
    name: "counter",
    places: [
      { to: "/console", name: "live", icon: IconLayoutGrid, needs: "cameras.view", key: "l" },
      { to: "/console/checkout", name: "checkout", icon: IconCashRegister, needs: "payments.take", key: "c" },
      { to: "/console/group", name: "group", icon: IconUsersGroup, needs: "payments.take", key: "g" },
      { to: "/console/enrol", name: "enrol", icon: IconUserPlus, needs: "people.write", key: "e" },
    ],
  },
  {
    name: "records",
    places: [
      { to: "/console/people", name: "people", icon: IconUsers, needs: "people.read", key: "p" },
      { to: "/console/consent-texts", name: "consent_texts", icon: IconFileText, needs: "people.read", key: "x" },
      { to: "/console/transactions", name: "transactions", icon: IconListDetails, needs: "payments.read", key: "t" },
      { to: "/console/reviews", name: "reviews", icon: IconUserCheck, needs: "payments.read", key: "r" },
      { to: "/console/analytics", name: "analytics", icon: IconChartHistogram, needs: "system.read", key: "n" },
    ],
  },
  {
    name: "appliance",
    places: [
      { to: "/console/cameras", name: "cameras", icon: IconCamera, needs: "cameras.view", key: "m" },
      { to: "/console/plugins", name: "plugins", icon: IconPlugConnected, needs: "plugins.read", key: "u" },
      { to: "/console/audit", name: "audit", icon: IconShieldCheck, needs: "audit.read", key: "a" },
      { to: "/console/access", name: "access", icon: IconKey, needs: "access.manage", key: "k" },
      { to: "/console/system", name: "system", icon: IconActivityHeartbeat, needs: "system.read", key: "y" },
      { to: "/console/settings", name: "settings", icon: IconSettings, needs: null, key: "s" },
    ],
  },
];

export const PLACES = GROUPS.flatMap((group) => group.places);

/** What a thumb reaches on a phone. */
export const AT_HAND = ["live", "checkout", "people", "transactions"];
