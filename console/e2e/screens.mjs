// Pictures of every screen, to be looked at: FACEPAY_URL=… FACEPAY_KEY=… npm run screens [desktop|tablet|phone] [light|dark] [language]
import { mkdirSync } from "node:fs";
import { base, launch, open, signIn } from "./browser.mjs";

const SCREENS = ["", "checkout", "group", "enrol", "people", "transactions", "reviews", "analytics", "cameras", "plugins", "audit", "access"];
const [size = "desktop", scheme = "light", language = "en"] = process.argv.slice(2);
const out = new URL("./out/", import.meta.url).pathname;
const SETTLED_MS = 1500;

mkdirSync(out, { recursive: true });
const browser = await launch();
const { page } = await open(browser, { size, scheme, language });
await signIn(page);
for (const screen of [...SCREENS, "system", "settings"]) {
  await page.goto(`${base}/console/${screen}`);
  await page.locator("main h1").waitFor();
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: `${out}${screen || "live"}-${size}-${scheme}-${language}.png` });
}
await browser.close();
