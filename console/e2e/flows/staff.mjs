// Who gets in, and what they let others do.
import assert from "node:assert/strict";
import { api, goto, key } from "../browser.mjs";
import { codeOf } from "../totp.mjs";

const PASSWORD = "a long enough password";

async function account(role) {
  const name = `e2e-${role}-${Date.now()}`;
  await api("POST", "/operators", { name, password: PASSWORD, role });
  return name;
}

/** Through the form, as somebody who was not signed in. */
async function enter(page, name, password = PASSWORD) {
  await page.evaluate(() => sessionStorage.clear());
  await goto(page, "/settings");
  await page.getByLabel("Name").fill(name);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
}

const inside = (page) => page.locator("#content").waitFor();
const outside = (page) => page.getByRole("heading", { name: "Sign in" }).waitFor();

async function signOut(page) {
  await goto(page, "/account");
  await page.locator("#content").getByRole("button", { name: "Sign out" }).click();
  await outside(page);
}

/** Sets up a device on a screen that asks for the password; gives its secret. */
async function setUpDevice(page) {
  await page.getByLabel("Your password once more").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up a device" }).click();
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  const secret = await page.locator("code", { hasText: /^[A-Z2-7]{32}$/ }).textContent();
  await page.getByRole("textbox", { name: "One-time code" }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Put it in force" }).click();
  return secret;
}

export const staff = {
  "staff signs in with a name and a password, and stays so over a new load": async (page) => {
    await enter(page, await account("auditor"));
    await page.getByRole("navigation").getByRole("link", { name: "Audit" }).waitFor();
    assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Enrol" }).count(), 0, "an auditor enrols nobody");
    const readable = await page.evaluate(() => document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage));
    assert.doesNotMatch(readable, /fps_|fpk_/, "no script can read the session");
    await page.reload();
    await inside(page);
    await signOut(page);
    await page.reload();
    await outside(page);
  },

  "a one-time code is asked for where the account has a device": async (page) => {
    const name = await account("auditor");
    await enter(page, name);
    await inside(page);
    await goto(page, "/account");
    await page.getByRole("button", { name: "Set up a device" }).click();
    const secret = await setUpDevice(page);
    await page.getByText("Asked for at every sign-in").waitFor();
    await signOut(page);
    await enter(page, name);
    await page.getByRole("textbox", { name: "One-time code" }).fill("000000");
    await page.locator("button[type=submit]").click();
    await page.getByText("Name, password or code is not right.").waitFor();
    await page.getByRole("textbox", { name: "One-time code" }).fill(codeOf(secret, 1));
    await page.locator("button[type=submit]").click();
    await inside(page);
  },

  // The appliance under test asks this of integrators.
  "a role that needs one-time codes does nothing before there is a device": async (page) => {
    await enter(page, await account("integrator"));
    await page.getByRole("heading", { name: "One more lock" }).waitFor();
    assert.equal(await page.getByRole("navigation").count(), 0, "no screen is shown");
    await setUpDevice(page);
    await page.getByRole("navigation").getByRole("link", { name: "Cameras" }).waitFor();
  },

  "a new password ends the sessions, and the old one is refused": async (page) => {
    const name = await account("auditor");
    await enter(page, name);
    await inside(page);
    await goto(page, "/account");
    await page.getByLabel("Password so far").fill(PASSWORD);
    await page.getByLabel("New password").fill("another long password");
    await page.getByRole("button", { name: "Change the password" }).click();
    await outside(page);
    await enter(page, name);
    await page.getByText("Name, password or code is not right.").waitFor();
    await enter(page, name, "another long password");
    await inside(page);
  },

  "a key is made for one camera, a few permissions and a time": async (page) => {
    await goto(page, "/access");
    await page.getByRole("button", { name: "Make a key" }).click();
    const dialog = page.getByRole("dialog");
    const name = `e2e-key-${Date.now()}`;
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("combobox", { name: "Permissions" }).click();
    await page.getByRole("option", { name: "payments.take" }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("combobox", { name: "Camera" }).click();
    await page.getByRole("option", { name: "till-1" }).click();
    await dialog.getByLabel(/Client certificate/).fill("AA:".repeat(31) + "AA");
    await dialog.getByLabel("Ends").fill("2099-01-01T00:00");
    await dialog.getByRole("button", { name: "Make", exact: true }).click();
    await dialog.getByText("Copy it now").waitFor();
    await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
    const made = (await api("GET", "/keys?limit=200")).items.find((one) => one.name === name);
    assert.deepEqual([made.scopes, made.camera, made.certificate_sha256], [["payments.take"], "till-1", "aa".repeat(32)]);
    await page.getByRole("row", { name }).getByText("till-1").waitFor();
  },

  "an admin forgets the device of somebody who has lost it": async (page) => {
    const name = await account("auditor");
    await enter(page, name);
    await inside(page);
    await goto(page, "/account");
    await page.getByRole("button", { name: "Set up a device" }).click();
    await setUpDevice(page);
    await page.getByText("Asked for at every sign-in").waitFor();
    await signOut(page);
    await page.getByText("API key", { exact: true }).click();
    await page.locator("input[type=password]").fill(key);
    await page.locator("button[type=submit]").click();
    await goto(page, "/access");
    await page.getByRole("row", { name }).getByRole("button", { name: "Forget the device…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget the device…" }).click();
    await page.getByRole("row", { name }).getByText("None").waitFor();
  },

  "payment by face is switched on before staff by the person's PIN, and off again": async (page) => {
    const { id } = await api("POST", "/users", { name: "Opts In" });
    await api("PUT", `/users/${id}/pin`, { pin: "7294" });
    await enter(page, await account("operator"));
    await inside(page);
    await goto(page, `/people/${id}`);
    await page.getByRole("button", { name: "With their PIN…" }).click();
    await page.getByRole("dialog").getByLabel("PIN", { exact: true }).fill("7294");
    await page.getByRole("dialog").getByRole("button", { name: "Switch on" }).click();
    await page.getByText("Switched on, not in force yet").waitFor();
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
    await page.getByRole("button", { name: "By a link…" }).waitFor();
  },

  // The appliance under test asks for two people.
  "a person is erased when a second person agrees, with a certificate": async (page) => {
    const { id } = await api("POST", "/users", { name: "Erased By Test" });
    await goto(page, `/people/${id}`);
    await page.getByRole("button", { name: "Erase this person…" }).click();
    const dialog = page.getByRole("dialog");
    assert.equal(await dialog.getByRole("button", { name: "Erase", exact: true }).isDisabled(), true, "not before the name is typed");
    await dialog.getByRole("textbox").fill("Erased By Test");
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await page.getByText("Waits for a second person").waitFor();
    assert.equal((await api("GET", `/users/${id}`)).name, "Erased By Test", "nobody is gone yet");
    await enter(page, await account("admin"));
    await inside(page);
    await goto(page, "/reviews");
    const asked = page.locator("div", { has: page.getByRole("link", { name: "Erased By Test" }), hasText: "Asked by" }).last();
    await asked.locator("xpath=ancestor-or-self::div[.//button][1]").getByRole("button", { name: "Approve" }).click();
    await page.getByText("The signature holds").waitFor();
  },
};
