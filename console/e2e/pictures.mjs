// The pictures of the console in the documents: FACEPAY=…/facepay npm run pictures [a pattern of names]
import { start } from "./appliance.mjs";

const stop = await start();
// Not before: it reads where the appliance is.
const { api, base, launch, open, signIn } = await import("./browser.mjs");
const wanted = new RegExp(process.argv.slice(2).join(" "));
const folder = new URL("../../docs/images/", import.meta.url).pathname;
const QUALITY = 84;

const fresh = (page) => page.locator('[data-state="fresh"]').first().waitFor();

/** The people of the demo come and go: waits for a moment in which all cameras in view see one. Where nobody stands the picture is a blur. */
function somebody(page) {
  return page.waitForFunction(() => {
    const small = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    // Of the left, the middle and the right, the one with least: people slide in.
    const contrast = (canvas) => {
      small.drawImage(canvas, 0, 0, 64, 48);
      const parts = [2, 22, 42].map((x) => {
        const { data } = small.getImageData(x, 0, 20, 44);
        let sum = 0;
        for (let at = 4; at < data.length; at += 4) sum += Math.abs(data[at] - data[at - 4]);
        return sum / (data.length / 4);
      });
      return Math.min(...parts);
    };
    const views = [...document.querySelectorAll('[data-state="fresh"] canvas')];
    return views.length > 0 && views.every((canvas) => contrast(canvas) > 4.5);
  }, null, { polling: 200 });
}

async function choose(page, label, option) {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

/** What a payer of the demo sees of their own; gives their newest payment. */
async function own(page, view) {
  const { items } = await api("GET", "/transactions?state=captured&limit=1");
  const [{ user_id, id }] = items;
  const { token, code } = await api("POST", `/users/${user_id}/face-payment/link`, {});
  await page.goto(`${base}/me#${token}`);
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Payment by face" }).waitFor();
  await page.goto(`${base}/me${view(id)}`);
}

/** By name: what is shown, and in which window. */
const PICTURES = {
  "console-live": [{}, async (page) => {
    await page.goto(`${base}/console`);
    await page.waitForFunction(() => document.querySelectorAll('[data-state="fresh"]').length >= 2);
    await somebody(page);
  }],
  "console-checkout": [{}, async (page) => {
    await page.goto(`${base}/console/checkout`);
    await choose(page, "Camera", "till-1");
    for (const digit of "1250") await page.getByRole("group", { name: "Amount" }).getByRole("button", { name: digit, exact: true }).click();
    await fresh(page);
    await somebody(page);
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
  "me-overview": [{ size: "phone" }, async (page) => {
    await own(page, () => "");
    await page.getByText("Newest receipts").waitFor();
  }],
  "me-receipt": [{ size: "phone" }, async (page) => {
    await own(page, (id) => `?receipt=${id}`);
    await page.getByText("The signature holds").waitFor();
  }],
  kiosk: [{ size: "tablet" }, async (page) => {
    await page.goto(`${base}/kiosk`);
    await choose(page, "Camera", /^till-1/);
    await page.locator("input[type=password]").fill("2468");
    await page.getByRole("button", { name: "Start the kiosk" }).click();
    await page.getByText("Pay with a look").waitFor();
    await fresh(page);
    await somebody(page);
  }],
};

const browser = await launch();
for (const [name, [window, show]] of Object.entries(PICTURES)) {
  if (!wanted.test(name)) continue;
  const { context, page } = await open(browser, window);
  await signIn(page);
  await show(page);
  await page.screenshot({ path: `${folder}${name}.jpg`, type: "jpeg", quality: QUALITY });
  await context.close();
}
await browser.close();
stop();
