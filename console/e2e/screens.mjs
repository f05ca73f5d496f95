// Pictures of every screen, to be looked at: FACEPAY_URL=… FACEPAY_KEY=… npm run screens [desktop|tablet|phone] [light|dark|contrast|contrast-dark] [language] [a pattern of names]
import { mkdirSync } from "node:fs";
import { start } from "./appliance.mjs";

const stop = await start();
// Not before: it reads where the appliance is.
const { api, base, launch, open, signIn } = await import("./browser.mjs");
const { walk } = await import("./flows/steps.mjs");
const [size = "desktop", scheme = "light", language = "en", pattern = ""] = process.argv.slice(2);
const wanted = new RegExp(pattern);
const out = new URL("./out/", import.meta.url).pathname;
const SETTLED_MS = 1500;
const PASSWORD = "a long enough password";

/** By name, the address below /console. */
const SCREENS = {
  live: "",
  checkout: "/checkout",
  group: "/group",
  enrol: "/enrol",
  people: "/people",
  "consent-texts": "/consent-texts",
  transactions: "/transactions",
  reviews: "/reviews",
  analytics: "/analytics",
  "analytics-week": "/analytics?span=week",
  cameras: "/cameras",
  plugins: "/plugins",
  "plugin-settings": "/plugins/payment-wallet",
  audit: "/audit",
  access: "/access",
  system: "/system",
  settings: "/settings",
  account: "/account",
  "me-open": "/me#a-link-of-somebody",
};

mkdirSync(out, { recursive: true });
const browser = await launch();
const { page } = await open(browser, { size, scheme, language });

async function take(name, address, ready = () => page.locator("h1").waitFor()) {
  if (!wanted.test(name)) return;
  if (address) await page.goto(`${base}${address}`);
  await ready();
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: `${out}${name}-${size}-${scheme}-${language}.png`, fullPage: true });
}

await take("sign-in", "/console");
await signIn(page);
for (const [name, path] of Object.entries(SCREENS)) await take(name, `/console${path}`);
const newest = async (list) => (await api("GET", `${list}?limit=1`)).items[0]?.id;
const [person, payment] = [await newest("/users"), await newest("/transactions")];
if (person) await take("person", `/console/people/${person}`);
if (payment) await take("payment", `/console/transactions/${payment}`);
await take("kiosk-setup", "/kiosk");

/** By name, what stands behind `/me`. */
const ME = { overview: "", receipts: "?view=receipts", data: "?view=data", devices: "?view=devices" };
if (payment && wanted.test("me")) {
  const { items } = await api("GET", "/transactions?state=captured&limit=1");
  const { token, code } = await api("POST", `/users/${items[0].user_id}/face-payment/link`, {});
  await page.goto(`${base}/me#${token}`);
  await page.locator("input[inputmode=numeric]").fill(code);
  await page.locator("button[type=submit]").click();
  await page.getByRole("navigation").waitFor();
  for (const [name, query] of Object.entries(ME)) await take(`me-${name}`, `/me${query}`);
  await take("me-receipt", `/me?receipt=${items[0].id}`);
}

// In English alone: whoever walks through them goes by what stands there.
if (wanted.test("steps") && language === "en") {
  await walk(page, async (step) => {
    await page.waitForTimeout(SETTLED_MS);
    await page.screenshot({ path: `${out}steps-${step.replaceAll(/[ ,]+/g, "-")}-${size}-${scheme}-${language}.png` });
  });
}

if (wanted.test("totp")) {
  const name = `screens-${Date.now()}`;
  await api("POST", "/operators", { name, password: PASSWORD, role: "auditor" });
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(`${base}/console/account`);
  await page.locator("input[autocomplete=username]").fill(name);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("#content").waitFor();
  await page.locator("#content section button:not([type=submit])").last().waitFor();
  await page.locator("#content section").nth(2).locator("button").click();
  await page.locator("#content input[type=password]").first().fill(PASSWORD);
  await page.locator("#content button[type=submit]").first().click();
  await take("totp", null, () => page.locator("#content svg[role=img]").waitFor());
}
await browser.close();
stop();
