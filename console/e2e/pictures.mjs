// The pictures of the console in the documents: FACEPAY=…/facepay npm run pictures [a pattern of names]
import { start } from "./appliance.mjs";

const stop = await start();
// Not before: it reads where the appliance is.
const { api, base, launch, open, signIn } = await import("./browser.mjs");
const wanted = new RegExp(process.argv.slice(2).join(" "));
const folder = new URL("../../docs/images/", import.meta.url).pathname;
const SETTLED_MS = 2000;
const QUALITY = 84;

const fresh = (page) => page.locator('[data-state="fresh"]').first().waitFor();

async function choose(page, label, option) {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

/** By name: what is shown, and in which window. */
const PICTURES = {
  "console-live": [{}, async (page) => {
    await page.goto(`${base}/console`);
    await page.waitForFunction(() => document.querySelectorAll('[data-state="fresh"]').length >= 2);
  }],
  "console-checkout": [{}, async (page) => {
    await page.goto(`${base}/console/checkout`);
    await choose(page, "Camera", "till-1");
    for (const digit of "1250") await page.getByRole("group", { name: "Amount" }).getByRole("button", { name: digit, exact: true }).click();
    await fresh(page);
  }],
  "console-payment": [{}, async (page) => {
    const { items } = await api("GET", "/transactions?state=captured&limit=1");
    await page.goto(`${base}/console/transactions/${items[0].id}`);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The signature holds").waitFor();
  }],
  "console-analytics": [{ scheme: "dark" }, async (page) => {
    await page.goto(`${base}/console/analytics`);
    await page.locator("canvas").first().waitFor();
    await page.waitForTimeout(20_000);
  }],
  kiosk: [{ size: "tablet" }, async (page) => {
    await page.goto(`${base}/kiosk`);
    await choose(page, "Camera", /^till-1/);
    await page.locator("input[type=password]").fill("2468");
    await page.getByRole("button", { name: "Start the kiosk" }).click();
    await page.getByText("Pay with a look").waitFor();
    await fresh(page);
  }],
};

const browser = await launch();
for (const [name, [window, show]] of Object.entries(PICTURES)) {
  if (!wanted.test(name)) continue;
  const { context, page } = await open(browser, window);
  await signIn(page);
  await show(page);
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: `${folder}${name}.jpg`, type: "jpeg", quality: QUALITY });
  await context.close();
}
await browser.close();
stop();
