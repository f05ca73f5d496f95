// What the screens with pictures cost a browser: FACEPAY=…/facepay npm run load [a pattern of names]
import { start } from "./appliance.mjs";

const stop = await start();
// Not before: they read where the appliance is.
const { cameras, startKiosk, wall } = await import("./acts.mjs");
const { goto, launch, open, signIn } = await import("./browser.mjs");
const { coresOf, paintingsOf } = await import("./meter.mjs");
const wanted = new RegExp(process.argv.slice(2).join(" "));
const MEASURED_MS = 30_000;
const PAINTED_MS = 10_000;
const SETTLED_MS = 3_000;

const shown = (page) => page.locator('[data-state="fresh"]').first().waitFor();

/** By name, how many cameras there are and what is shown of them. */
const SCREENS = {
  "no picture": [4, (page) => goto(page, "/settings")],
  "wall, 1 camera": [4, (page) => wall(page, 1)],
  "wall, 4 cameras": [4, (page) => wall(page, 4)],
  "wall, 9 cameras": [9, (page) => wall(page, 9)],
  "wall, 16 cameras": [16, (page) => wall(page, 16)],
  checkout: [4, (page) => goto(page, "/checkout").then(() => shown(page))],
  "kiosk that waits": [4, (page) => startKiosk(page, "Appliance's camera", "till-1").then(() => shown(page))],
};

const browser = await launch();
const { page } = await open(browser);
// As most people have it.
await page.emulateMedia({ reducedMotion: "no-preference" });
await signIn(page);
for (const [name, [count, show]] of Object.entries(SCREENS)) {
  if (!wanted.test(name)) continue;
  const remove = await cameras(count);
  await show(page);
  await page.waitForTimeout(SETTLED_MS);
  const cores = Object.entries(await coresOf(browser, MEASURED_MS)).map(([part, share]) => `${part} ${(100 * share).toFixed(1)} %`);
  const paintings = await paintingsOf(page, PAINTED_MS);
  console.log(`${name}: ${cores.join(", ")}; ${paintings.toFixed(1)} paintings a second`);
  await remove();
}
await browser.close();
stop();
