// Screens that look at the appliance and set it.
import assert from "node:assert/strict";
import { base, goto } from "../browser.mjs";

export const screens = {
  "the live wall shows fresh pictures": async (page) => {
    await goto(page, "");
    await page.locator('[data-state="fresh"]').first().waitFor();
  },

  "a plugin is loaded anew": async (page) => {
    await goto(page, "/plugins");
    await page.getByRole("button", { name: "Reload" }).first().click();
    await page.getByText("Reloaded").waitFor();
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
