// What people do, flow by flow, in a browser at an appliance.
import { mkdirSync } from "node:fs";
import { api, base, launch, open, signIn, violations } from "./browser.mjs";
import { payers } from "./flows/me.mjs";
import { payments } from "./flows/pay.mjs";
import { records } from "./flows/records.mjs";
import { screens } from "./flows/screens.mjs";
import { staff } from "./flows/staff.mjs";
import { walk } from "./flows/steps.mjs";
import { video } from "./video.mjs";

const SCREENS = [
  ["", "/checkout", "/group", "/enrol", "/people", "/consent-texts", "/transactions", "/reviews", "/analytics", "/analytics?span=day"],
  ["/cameras", "/plugins", "/plugins/payment-wallet", "/plugins/recognition-mobilefacenet", "/audit", "/access", "/system", "/settings", "/account", "/me", "/me#a-link-of-somebody"],
].flat();
/** By the address of a screen, what is opened on it beside: a name as English has it. */
const OPENED = { "/transactions": "More filters", "/cameras": "History", "/settings": "policy" };
const LANGUAGES = { en: "English", ar: "Arabic" };
const LOOKS = [
  { scheme: "light", language: "en" },
  { scheme: "dark", language: "en" },
  { scheme: "light", language: "ar" },
  { scheme: "dark", language: "ar" },
  { scheme: "light", contrast: "more", language: "en" },
  { scheme: "dark", contrast: "more", language: "en" },
];
const out = new URL("./out/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

/** The screens of somebody, and of a payment that was taken. */
async function single() {
  const [people, payments] = await Promise.all([api("GET", "/users?limit=1"), api("GET", "/transactions?state=captured&limit=1")]);
  return [...people.items.map(({ id }) => `/people/${id}`), ...payments.items.map(({ id }) => `/transactions/${id}`)];
}

/** How many of the flows with `wanted` names fail. */
export async function suite(wanted) {
  const started = performance.now();
  const browser = await launch();
  let ran = 0;
  let failed = 0;

  async function check(name, run) {
    if (!wanted.test(name)) return;
    ran += 1;
    const filming = run.people && (await launch(await video(browser, run.people)));
    const { context, page, faults } = await open(filming ?? browser);
    const begun = performance.now();
    try {
      await signIn(page);
      await run(page);
      if (faults.length > 0) throw new Error(faults.join("\n"));
      console.log(`ok    ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      const picture = `${out}failed-${failed}.png`;
      await page.screenshot({ path: picture, fullPage: true }).catch(() => undefined);
      console.log(`FAILS ${name}\n${error.message}\n${picture}`);
    } finally {
      await context.close();
      await filming?.close();
    }
  }

  for (const [name, run] of Object.entries({ ...staff, ...payers, ...payments, ...records, ...screens })) await check(name, run);
  await check("no step of a payment, and nothing that opens, has a violation of WCAG 2.2 AA, in the light and in the dark", async (page) => {
    const found = [];
    await walk(page, async (step) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        for (const violation of await violations(page)) found.push(`${step}, ${colorScheme}: ${violation}`);
      }
    });
    if (found.length > 0) throw new Error(found.join("\n"));
  });
  for (const { scheme, contrast = "no-preference", language } of LOOKS) {
    const how = contrast === "more" ? `${scheme}, with more contrast` : scheme;
    await check(`no screen has a violation of WCAG 2.2 AA in the ${how}, in ${LANGUAGES[language]}`, async (page) => {
      await page.emulateMedia({ colorScheme: scheme, contrast });
      await page.addInitScript((tag) => localStorage.setItem("facepay.language", tag), language);
      const found = [];
      const look = async (screen) => {
        for (const violation of await violations(page)) found.push(`${screen || "/"} ${violation}`);
      };
      for (const screen of [...SCREENS, ...(await single())]) {
        await page.goto(`${base}/console${screen}`);
        await page.locator("h1").first().waitFor();
        await page.waitForLoadState("load");
        await look(screen);
        if (language !== "en" || !OPENED[screen]) continue;
        await page.getByRole("button", { name: OPENED[screen] }).first().click();
        await look(`${screen} (${OPENED[screen]})`);
      }
      if (found.length > 0) throw new Error(found.join("\n"));
    });
  }
  await browser.close();
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${failed === 0 ? `all ${ran} hold` : `${failed} of ${ran} fail`} (${seconds} s)`);
  return failed;
}
