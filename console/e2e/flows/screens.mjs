// Screens that look at the appliance and set it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cameras, saved, wall } from "../acts.mjs";
import { api, base, goto } from "../browser.mjs";
import { coresOf, paintingsOf } from "../meter.mjs";

const MEASURED_MS = 15_000;
/** A second: two of pictures, and what is said of faces or of cameras between them. It is twenty where that glides. */
const PAINTINGS_MAX = 9;
/** Of one core. It takes less than half of that where nothing else runs; see docs/benchmarks.md. */
const CORES_MAX = 0.25;

export const screens = {
  "the live wall shows fresh pictures": async (page) => {
    await goto(page, "");
    await page.locator('[data-state="fresh"]').first().waitFor();
  },

  "the live wall says where faces are, and whether they are known": async (page) => {
    await goto(page, "");
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[data-known="true"]')].some((face) => {
        const [inner, outer] = [face, face.closest("[data-state]")].map((element) => element.getBoundingClientRect());
        return inner.width > 0 && inner.left > outer.left && inner.right < outer.right && inner.top > outer.top && inner.bottom < outer.bottom;
      }),
    );
  },

  "pictures of the live wall are no larger than they are shown, and grey when none come any more": async (page) => {
    // The demo's own, all of which have pictures.
    await cameras(2);
    const asked = page.waitForResponse(/\/snapshots\?/);
    await wall(page, 4);
    const { width } = await page.locator("[data-state] canvas").first().boundingBox();
    const answer = await (await asked).body();
    const jpeg = [...answer.subarray(answer.indexOf("\r\n\r\n") + 4)];
    const shown = await page.evaluate(async (jpeg) => (await createImageBitmap(new Blob([Uint8Array.from(jpeg)]))).width, jpeg);
    assert.ok(shown >= width && shown < width + 17, `${shown} pixels for ${width}`);
    await page.route(/\/snapshots\?/, (route) => route.abort());
    await page.locator('[data-state="stale"]').first().waitFor();
    await page.waitForFunction(() => /grayscale/.test(getComputedStyle(document.querySelector('[data-state="stale"] canvas')).filter));
    await page.unroute(/\/snapshots\?/);
    await page.locator('[data-state="fresh"]').first().waitFor();
  },

  "the live wall of four cameras is painted as its pictures come, not for what moves beside them": async (page) => {
    const remove = await cameras(4);
    // As most people have it: what moves is in what it costs.
    await page.emulateMedia({ reducedMotion: "no-preference" });
    await wall(page, 4);
    const paintings = await paintingsOf(page, MEASURED_MS);
    const { all } = await coresOf(page.context().browser(), MEASURED_MS);
    await remove();
    assert.ok(paintings > 1 && paintings < PAINTINGS_MAX, `${paintings.toFixed(1)} paintings a second`);
    assert.ok(all < CORES_MAX, `${all.toFixed(3)} of a core`);
  },

  "what was last known stays in view while the appliance is away, and that is said": async (page) => {
    await goto(page, "/people");
    const people = page.locator("#content").getByRole("listitem");
    await people.first().waitFor();
    const unanswered = /\/v1\/(?!ws)/;
    await page.route(unanswered, (route) => route.abort());
    const away = page.getByText("What you see is what was last known");
    await away.waitFor();
    assert.ok((await people.count()) > 0);
    await page.unroute(unanswered);
    await away.waitFor({ state: "hidden" });
  },

  "a consent text is kept, and whoever enrols agrees to it word for word": async (page) => {
    const version = `e2e-${Date.now()}`;
    const text = `Of version ${version}:\n\n  I agree – word for word.`;
    await goto(page, "/consent-texts");
    await page.getByRole("button", { name: "Keep a text" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Version").fill(version);
    await dialog.getByRole("textbox", { name: "Text", exact: true }).fill(text);
    await dialog.getByRole("button", { name: "Keep it for good" }).click();
    const kept = page.getByRole("article").filter({ hasText: `Version ${version}` });
    await kept.getByText("Shown when enrolling").waitFor();
    await goto(page, "/enrol");
    await page.getByLabel("Name").fill("Reads The Text");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("document").getByText(`Of version ${version}`).waitFor();
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Record the consent" }).click();
    await page.getByRole("button", { name: "Start", exact: true }).waitFor();
    const { items: texts } = await api("GET", `/consent-texts?version=${version}`);
    assert.equal(texts[0].text, text);
    const { items: people } = await api("GET", "/users?q=reads");
    const { items: consents } = await api("GET", `/users/${people.at(-1).id}/consents`);
    assert.deepEqual([consents[0].version, consents[0].text_sha256], [version, texts[0].text_sha256]);
  },

  "a plugin is loaded anew": async (page) => {
    await goto(page, "/plugins");
    await page.getByRole("button", { name: "Reload" }).first().click();
    await page.getByText("Reloaded").waitFor();
  },

  "a plugin's settings are filled in by its schema, tried by the plugin, and handed out as a file": async (page) => {
    await goto(page, "/plugins");
    const wallet = page.locator("section", { has: page.getByRole("heading", { name: "payment-wallet", exact: true }) });
    await wallet.getByRole("link", { name: "Settings" }).click();
    await page.waitForURL("**/console/plugins/payment-wallet");
    const days = page.getByRole("textbox", { name: "Refunds within (days)" });
    assert.equal(await days.inputValue(), "180", "the plugin's own default is in force");
    await page.getByText("Days after capture within which money is given back").waitFor();
    const compare = page.getByRole("button", { name: "Compare and check" });
    assert.equal(await compare.isDisabled(), true);
    // What the schema refuses is refused here.
    await days.fill("4000");
    await compare.click();
    await page.getByText("At most 3650.").waitFor();
    assert.equal(await page.getByRole("dialog").count(), 0);
    await days.fill("30");
    const codes = page.getByRole("combobox", { name: "Currencies" });
    await codes.fill("eur");
    await codes.press("Enter");
    // What only the plugin knows is refused by it.
    await compare.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("eur is no ISO 4217 code").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Save the file" }).isDisabled(), true);
    await dialog.getByRole("button", { name: "Close" }).click();
    await codes.press("Backspace");
    await compare.click();
    await dialog.getByText("The plugin goes to work with this").waitFor();
    const text = "[plugins.settings.payment-wallet]\nrefund_window_days = 30\n";
    assert.equal(await dialog.locator("pre").textContent(), text);
    const file = await saved(page, () => dialog.getByRole("button", { name: "Save the file" }).click());
    assert.equal(readFileSync(file, "utf8"), text);
    const { values } = await api("GET", "/plugins/payment-wallet/settings");
    assert.equal(values.refund_window_days, 180, "nothing was changed");
    await dialog.getByRole("button", { name: "Drop the changes" }).click();
    assert.equal(await days.inputValue(), "180");
  },

  "a network that is not installed is refused by the plugin that would need it": async (page) => {
    await goto(page, "/plugins/liveness-minifasnet");
    await page.getByRole("combobox", { name: "Network" }).click();
    await page.getByRole("option", { name: "minifasnet-80" }).click();
    await page.getByRole("button", { name: "Compare and check" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The plugin doesn't take this").waitFor();
    await dialog.getByText(/minifasnet/).first().waitFor();
  },

  "the audit chain verifies in the browser": async (page) => {
    await goto(page, "/audit");
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await page.getByText(/^Whole: /).waitFor();
  },

  "the palette goes to a screen": async (page) => {
    await goto(page, "");
    await page.getByRole("heading", { name: "Live wall" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Go to, switch, sign out…").fill("plug");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/console/plugins");
    // Whatever else is typed is looked for.
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Go to, switch, sign out…").fill("eil col");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/people\?q=eil/);
    await page.getByRole("listitem").filter({ hasText: "Eileen Collins" }).waitFor();
  },

  "the console speaks Arabic from right to left, and is dark when asked": async (page) => {
    await goto(page, "/settings");
    await page.locator("label", { hasText: "Dark" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme), "dark");
    await page.getByRole("combobox", { name: "Language" }).click();
    await page.getByRole("option", { name: "العربية" }).click();
    await page.waitForFunction(() => document.documentElement.dir === "rtl");
  },

  "the interface's own page is served with the service worker active": async (page) => {
    await goto(page, "");
    await page.evaluate(() => navigator.serviceWorker?.ready);
    await page.goto(`${base}/docs/index.html`);
    assert.match(await page.title(), /swagger/i);
  },
};
