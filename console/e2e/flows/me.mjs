// What payers do on devices of their own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { saved } from "../acts.mjs";
import { api, base, goto, open, violations } from "../browser.mjs";

const PIN = "7294";
const texts = JSON.parse(readFileSync(new URL("../../src/i18n/locales/en.json", import.meta.url), "utf8"));

/** Somebody with money, a consent in the console's own words and two payments. */
async function somebody() {
  const name = `Pays ${Date.now()}`;
  const { id } = await api("POST", "/users", { name });
  await api("POST", `/users/${id}/consents`, { version: "console-1", text: texts.enrol.consent_text, language: "en" });
  await api("POST", `/users/${id}/credits`, { amount: { amount: 5_000, currency: "EUR" } });
  for (const [reference, amount] of [["Espresso", 280], ["Lunch", 940]]) {
    const payment = await api("POST", "/transactions", { user_id: id, amount: { amount, currency: "EUR" }, reference });
    assert.equal((await api("POST", `/transactions/${payment.id}/confirm`, {})).state, "captured");
  }
  return { id, name };
}

/** What staff hands over: the link of the QR code, and the code. */
async function handedOver(page, id) {
  await goto(page, `/people/${id}`);
  await page.getByRole("button", { name: "Link for a device…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make a link" }).click();
  await dialog.getByRole("img", { name: "QR code of the link" }).waitFor();
  const link = await dialog.locator("button[title*='/me#']").getAttribute("title");
  const code = await dialog.locator("code", { hasText: /^\d{6}$/ }).textContent();
  return { link, code };
}

/** A phone of somebody's, and what goes wrong on it. */
async function phoneOf(page, { link, code }) {
  const { context, page: phone, faults } = await open(page.context().browser(), { size: "phone" });
  await phone.goto(link);
  await phone.getByLabel("Code").fill(code === "000000" ? "000001" : "000000");
  await phone.getByRole("button", { name: "Sign in" }).click();
  await phone.getByText("That code is not right.").waitFor();
  await phone.getByLabel("Code").fill(code);
  await phone.getByLabel("Name of this device").fill("My phone");
  await phone.getByRole("button", { name: "Sign in" }).click();
  await phone.getByRole("heading", { name: "Payment by face" }).waitFor();
  return { context, phone, faults };
}

const tab = (phone, name) => phone.getByRole("navigation").getByRole("link", { name }).click();

/** Nothing on the page as it is breaks WCAG 2.2 AA, nor is wider than the phone, and each target is large enough for a thumb. */
async function checked(phone, where) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await phone.emulateMedia({ colorScheme });
    for (const violation of await violations(phone)) found.push(`${where}, ${colorScheme}: ${violation}`);
  }
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) found.push(`${where}: ${wide} px wider than the phone`);
  const small = await phone.evaluate(() =>
    [...document.querySelectorAll("main button, main a, nav a, header button")]
      .filter((target) => target.getBoundingClientRect().height > 0 && !target.matches("dd button, [role=dialog] *"))
      .filter((target) => target.getBoundingClientRect().height < 43.5)
      .map((target) => target.textContent),
  );
  for (const name of small) found.push(`${where}: ${name} is less than 44 px high`);
  assert.deepEqual(found, []);
}

export const payers = {
  "a payer signs a phone in, reads and verifies receipts, offline too, withdraws and is erased": async (page) => {
    const { id, name } = await somebody();
    const { context, phone, faults } = await phoneOf(page, await handedOver(page, id));
    try {
      assert.equal(new URL(phone.url()).hash, "", "the link is out of the address");
      await phone.getByRole("heading", { name }).waitFor();
      await phone.getByText("€12.20 of €1,000.00 spent").waitFor();
      await checked(phone, "overview");
      await tab(phone, "Receipts");
      await phone.getByRole("link", { name: /Lunch/ }).click();
      await phone.getByText("The signature holds").waitFor();
      await phone.getByText("Staff vouched for you").waitFor();
      await checked(phone, "receipt");
      const file = await saved(phone, () => phone.getByRole("button", { name: "Save file" }).click());
      assert.equal(JSON.parse(readFileSync(file, "utf8")).reference, "Lunch");
      await tab(phone, "Devices");
      await phone.getByText("My phone").waitFor();
      await checked(phone, "devices");

      // Without a network: the page itself, and what was seen.
      await phone.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await context.setOffline(true);
      await phone.goto(`${base}/me?view=receipts`);
      await phone.getByText("No connection. You see what was known on").waitFor();
      await phone.getByText("Those that were seen on this device before.").waitFor();
      await checked(phone, "receipts, offline");
      await phone.getByRole("link", { name: /Espresso/ }).click();
      await phone.getByText("The signature holds").waitFor();
      await phone.getByText("€2.80").waitFor();
      await context.setOffline(false);
      await phone.reload();
      await phone.getByText("The signature holds").waitFor();
      await phone.getByText("No connection").waitFor({ state: "hidden" });

      await tab(phone, "My data");
      await phone.getByRole("button", { name: "Read the text" }).click();
      await phone.getByText("Word for word what you agreed to").waitFor();
      await phone.getByRole("document").getByText("I agree that this merchant measures my face").waitFor();
      await phone.keyboard.press("Escape");
      await phone.getByRole("dialog").waitFor({ state: "hidden" });
      await checked(phone, "data");
      await phone.getByRole("button", { name: "Withdraw" }).click();
      await phone.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
      await phone.getByText("Withdrawn", { exact: true }).waitFor();
      const { items } = await api("GET", `/users/${id}/consents`);
      assert.equal(items[0].standing, "withdrawn");

      await api("PUT", `/users/${id}/pin`, { pin: PIN });
      await phone.reload();
      await phone.getByRole("button", { name: "Erase everything about me…" }).click();
      const dialog = phone.getByRole("dialog");
      const erase = dialog.getByRole("button", { name: "Erase", exact: true });
      await dialog.getByLabel("Your PIN").fill(PIN);
      assert.equal(await erase.isDisabled(), true, "not before the name is typed");
      await dialog.getByLabel(`Type ${name} to go on`).fill(name);
      await erase.click();
      await phone.getByRole("heading", { name: "You are erased" }).waitFor();
      await phone.getByText("The signature holds").waitFor();
      await checked(phone, "certificate");
      const certificate = await saved(phone, () => phone.getByRole("button", { name: "Save file" }).click());
      assert.equal(JSON.parse(readFileSync(certificate, "utf8")).user_id, id);
      await assert.rejects(api("GET", `/users/${id}`), /404/);

      await phone.reload();
      await phone.getByText("This page needs your link").waitFor();
      // Not even without a network: what was kept is gone.
      await context.setOffline(true);
      await phone.goto(`${base}/me?view=receipts`);
      await phone.getByText("The appliance does not answer").waitFor();
      assert.equal(await phone.getByText("Espresso").count(), 0);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  },

  "a payer switches payment by face on, and staff signs the phone out": async (page) => {
    const { id } = await somebody();
    const { context, phone, faults } = await phoneOf(page, await handedOver(page, id));
    try {
      // The appliance under test takes faces without it; what it would say where it does not.
      await phone.route(/\/v1\/payer$/, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), face_payment_asked: true } });
      });
      await phone.reload();
      await phone.getByRole("button", { name: "Switch on" }).click();
      await phone.getByRole("dialog").getByRole("button", { name: "Switch on" }).click();
      await phone.getByText("Switched on, not in force yet").waitFor();
      await phone.unroute(/\/v1\/payer$/);
      assert.equal((await api("GET", `/users/${id}/face-payment`)).state, "waiting");

      await page.keyboard.press("Escape");
      await goto(page, `/people/${id}`);
      await page.getByText("My phone").waitFor();
      await page.getByRole("button", { name: "Sign all out…" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Sign all out…" }).click();
      await page.getByText("Signed in on no device.").waitFor();
      await tab(phone, "My data");
      await phone.getByText("This page needs your link").waitFor();
      assert.equal(await phone.evaluate(async () => {
        const [{ name }] = await indexedDB.databases();
        const database = await new Promise((done) => (indexedDB.open(name).onsuccess = ({ target }) => done(target.result)));
        return new Promise((done) => (database.transaction("kept").objectStore("kept").count().onsuccess = ({ target }) => done(target.result)));
      }), 0, "nothing is kept");
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  },
};
