// What people do with the console, each on a fresh page that is signed in.
import assert from "node:assert/strict";
import { api, base } from "./browser.mjs";

const goto = (page, path) => page.goto(`${base}/console${path}`);

async function type(page, digits) {
  for (const digit of digits) await page.getByRole("group", { name: "Amount" }).getByRole("button", { name: digit, exact: true }).click();
}

export const flows = {
  "staff signs in with a name and a password": async (page) => {
    const name = `e2e-${Date.now()}`;
    const password = "a long enough password";
    await api("POST", "/operators", { name, password, role: "auditor" });
    await page.evaluate(() => sessionStorage.clear());
    await goto(page, "");
    await page.getByLabel("Name").fill(name);
    await page.locator("input[type=password]").fill(password);
    await page.locator("button[type=submit]").click();
    await page.getByRole("navigation").getByRole("link", { name: "Audit" }).waitFor();
    assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Enrol" }).count(), 0, "an auditor enrols nobody");
  },

  "the live wall shows fresh pictures": async (page) => {
    await goto(page, "");
    await page.locator('[data-state="fresh"]').first().waitFor();
  },

  "an enrolled person pays at the till, and the receipt verifies": async (page) => {
    await goto(page, "/checkout");
    await type(page, "100");
    await page.getByRole("button", { name: /Charge/ }).click();
    await page.getByRole("button", { name: "Yes, pay" }).click();
    await page.getByRole("button", { name: "Next payment" }).waitFor();
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The signature holds").waitFor();
  },

  "a group is opened and cancelled for everybody": async (page) => {
    await goto(page, "/group");
    await type(page, "1000");
    await page.getByRole("button", { name: "One person more" }).click();
    await page.getByText("€3.34").waitFor();
    await page.getByRole("button", { name: /Split €10.00 among 3/ }).click();
    await page.getByRole("button", { name: "Cancel for everybody" }).click();
    await page.getByRole("button", { name: "Next payment" }).waitFor();
  },

  "a face that is enrolled already waits for a second person": async (page) => {
    await goto(page, "/enrol");
    await page.getByLabel("Name").fill("Somebody Else");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Record the consent" }).click();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const ends = page.getByText("A second person must look at this").or(page.getByRole("button", { name: "Try again" }));
    await ends.waitFor({ timeout: 120_000 });
  },

  "a person is found, and erased with a certificate": async (page) => {
    const { id } = await api("POST", "/users", { name: "Erased By Test" });
    await goto(page, `/people/${id}`);
    await page.getByRole("button", { name: "Erase this person…" }).click();
    const dialog = page.getByRole("dialog");
    assert.equal(await dialog.getByRole("button", { name: "Erase", exact: true }).isDisabled(), true, "not before the name is typed");
    await dialog.getByRole("textbox").fill("Erased By Test");
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await page.getByText("The signature holds").waitFor();
  },

  "payments are filtered in the address": async (page) => {
    await goto(page, "/transactions?state=declined");
    await page.getByRole("heading", { name: "Payments" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "State" }).inputValue(), "Declined");
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
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Go to, switch, sign out…").fill("plug");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/console/plugins");
  },

  "the console speaks Arabic from right to left, and is dark when asked": async (page) => {
    await goto(page, "/settings");
    await page.locator("label", { hasText: "Dark" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme), "dark");
    await page.getByRole("textbox", { name: "Language" }).click();
    await page.getByRole("option", { name: "العربية" }).click();
    await page.waitForFunction(() => document.documentElement.dir === "rtl");
  },

  "the kiosk shows what is to be paid, and takes the yes": async (page) => {
    const [camera] = (await api("GET", "/cameras")).items;
    await page.goto(`${base}/kiosk`);
    await page.locator("input[type=password]").fill("2468");
    await page.getByRole("button", { name: "Start the kiosk" }).click();
    await page.getByText("Pay with a look").waitFor();
    await api("POST", "/checkouts", { camera: camera.id, amount: { amount: 150, currency: "EUR" } });
    await page.getByText("€1.50", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Yes, pay" }).click();
    await page.getByText("Thank you").waitFor();
    await page.evaluate(() => localStorage.removeItem("facepay.kiosk"));
  },

  "the interface's own page is served with the service worker active": async (page) => {
    await goto(page, "");
    await page.evaluate(() => navigator.serviceWorker?.ready);
    await page.goto(`${base}/docs/index.html`);
    assert.match(await page.title(), /swagger/i);
  },
};
