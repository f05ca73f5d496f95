import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failure } from "@/kit/Failure";
import { Waiting } from "@/kit/Waiting";
import { analyticsSearch } from "@/screens/analytics/search";
import { auditSearch } from "@/screens/audit/search";
import { meSearch } from "@/screens/me/search";
import { peopleSearch } from "@/screens/people/search";
import { transactionSearch } from "@/screens/transactions/search";
import { resume } from "@/session/entry";
import { Gate } from "./Gate";
import { Lost } from "./Lost";

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/console" });
  },
});

const kiosk = createRoute({
  getParentRoute: () => root,
  path: "/kiosk",
  beforeLoad: resume,
  component: lazyRouteComponent(() => import("@/screens/kiosk/Kiosk"), "Kiosk"),
});

/** The payer's own page, on the payer's own device: nobody of the staff is signed in there. */
const me = (path: "/me" | "/console/me") =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(() => import("@/screens/me/Me"), "Me"),
    validateSearch: meSearch,
  });

// Below /console, so that no page's address is one of the interface's.
const staff = createRoute({ getParentRoute: () => root, path: "/console", beforeLoad: resume, component: Gate });
const at = <Path extends string>(path: Path) => ({ getParentRoute: () => staff, path });

const screens = [
  createRoute({ ...at("/"), component: lazyRouteComponent(() => import("@/screens/live/Live"), "Live") }),
  createRoute({ ...at("/checkout"), component: lazyRouteComponent(() => import("@/screens/checkout/Till"), "Till") }),
  createRoute({ ...at("/group"), component: lazyRouteComponent(() => import("@/screens/group/Group"), "Group") }),
  createRoute({
    ...at("/enrol"),
    component: lazyRouteComponent(() => import("@/screens/enrol/Enrol"), "Enrol"),
    validateSearch: (search): { user?: string } => (typeof search["user"] === "string" ? { user: search["user"] } : {}),
  }),
  createRoute({
    ...at("/people"),
    component: lazyRouteComponent(() => import("@/screens/people/People"), "People"),
    validateSearch: peopleSearch,
  }),
  createRoute({
    ...at("/people/$id"),
    component: lazyRouteComponent(() => import("@/screens/people/Person"), "Person"),
  }),
  createRoute({
    ...at("/consent-texts"),
    component: lazyRouteComponent(() => import("@/screens/consents/ConsentTexts"), "ConsentTexts"),
  }),
  createRoute({
    ...at("/transactions"),
    component: lazyRouteComponent(() => import("@/screens/transactions/Transactions"), "Transactions"),
    validateSearch: transactionSearch,
  }),
  createRoute({
    ...at("/transactions/$id"),
    component: lazyRouteComponent(() => import("@/screens/transactions/Transaction"), "Transaction"),
  }),
  createRoute({
    ...at("/analytics"),
    component: lazyRouteComponent(() => import("@/screens/analytics/Analytics"), "Analytics"),
    validateSearch: analyticsSearch,
  }),
  createRoute({ ...at("/reviews"), component: lazyRouteComponent(() => import("@/screens/reviews/Reviews"), "Reviews") }),
  createRoute({ ...at("/cameras"), component: lazyRouteComponent(() => import("@/screens/cameras/Cameras"), "Cameras") }),
  createRoute({ ...at("/plugins"), component: lazyRouteComponent(() => import("@/screens/plugins/Plugins"), "Plugins") }),
  createRoute({
    ...at("/plugins/$id"),
    component: lazyRouteComponent(() => import("@/screens/plugins/settings/PluginSettings"), "PluginSettings"),
  }),
  createRoute({
    ...at("/audit"),
    component: lazyRouteComponent(() => import("@/screens/audit/Audit"), "Audit"),
    validateSearch: auditSearch,
  }),
  createRoute({ ...at("/access"), component: lazyRouteComponent(() => import("@/screens/access/Access"), "Access") }),
  createRoute({
    ...at("/account"),
    component: lazyRouteComponent(() => import("@/screens/account/Account"), "Account"),
  }),
  createRoute({ ...at("/system"), component: lazyRouteComponent(() => import("@/screens/system/System"), "System") }),
  createRoute({
    ...at("/settings"),
    component: lazyRouteComponent(() => import("@/screens/settings/Settings"), "Settings"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([home, kiosk, me("/me"), me("/console/me"), staff.addChildren(screens)]),
  defaultPreload: "intent",
  defaultPendingComponent: Waiting,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
