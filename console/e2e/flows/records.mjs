// What was done is found, counted and taken along.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { saved } from "../acts.mjs";
import { api, goto } from "../browser.mjs";

/** More than one page of the list, so that not all are here and the appliance has to look. */
const CROWD = 210;
const AT_ONCE = 15;

async function filter(page, label, text) {
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

export const records = {
  "somebody among hundreds is found by the appliance": async (page) => {
    const { items } = await api("GET", "/users?limit=200&q=crowd");
    for (let made = items.length; made < CROWD; made += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, place) => `Crowd Member ${made + place}`);
      await Promise.all(names.map((name) => api("POST", "/users", { name })));
    }
    const name = `Zelda Zuse ${Date.now()}`;
    await api("POST", "/users", { name });
    await goto(page, "/people");
    await page.getByText("Loaded so far: 200").waitFor();
    const asked = page.waitForRequest((request) => /\/users\?.*\bq=zel/.test(request.url()));
    await page.getByRole("textbox", { name: "Search by name or email" }).fill("zel zus");
    await asked;
    await page.getByRole("listitem").filter({ hasText: name }).waitFor();
    assert.equal(await page.getByText("Crowd Member").count(), 0, "nobody else is shown");
  },

  "payments are filtered in the address": async (page) => {
    await goto(page, "/transactions?state=declined");
    await page.getByRole("heading", { name: "Payments" }).waitFor();
    assert.equal(await page.getByRole("combobox", { name: "State" }).inputValue(), "Declined");
    const { items } = await api("GET", "/transactions?state=captured&limit=1");
    const { terminal, amount } = items[0];
    await goto(page, `/transactions?state=captured&camera=${terminal}`);
    await page.locator("tbody tr").first().waitFor();
    await page.getByRole("button", { name: "More filters" }).click();
    await filter(page, "At least", String(amount.amount / 100 + 1_000_000));
    await page.getByText("None match these filters.").waitFor();
    assert.match(page.url(), /min=.*currency=|currency=.*min=/, "an amount has a sense in a currency only");
  },

  "a payment tells how it went, and what was asked of the provider": async (page) => {
    const { items } = await api("GET", "/transactions?state=captured&limit=1");
    const { steps, operations } = await api("GET", `/transactions/${items[0].id}/history`);
    await goto(page, `/transactions/${items[0].id}`);
    const told = page.getByRole("listitem");
    await told.filter({ hasText: "Opened" }).first().waitFor();
    await told.filter({ hasText: "Face seen" }).first().waitFor();
    assert.ok((await told.count()) >= steps.length, "every audited step is there");
    assert.ok(operations.length > 0);
    await page.getByRole("button", { name: "Details" }).first().click();
    await page.getByText("Our reference").first().waitFor();
  },

  "analytics over a day count what was paid, and are taken along": async (page) => {
    const { payments } = await api("GET", "/analytics/summary");
    await goto(page, "/analytics?span=day");
    const figure = page.locator("dl > div", { has: page.getByText("Payments taken", { exact: true }) }).locator("dd");
    await figure.waitFor();
    assert.ok(Number(await figure.textContent()) >= payments.captured && payments.captured > 0);
    await page.locator("canvas").first().waitFor();
    const csv = readFileSync(await saved(page, () => page.getByRole("button", { name: "Payments as CSV" }).click()), "utf8");
    assert.match(csv.split("\r\n")[0], /^\uFEFF?time,Paid,Declined/);
    const png = readFileSync(await saved(page, () => page.getByRole("button", { name: "Payments as PNG" }).click()));
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    // Of one camera alone, as the address says.
    await page.getByRole("combobox", { name: "Camera" }).click();
    await page.getByRole("option", { name: "till-1" }).click();
    await page.waitForURL(/camera=till-1/);
    await figure.waitFor();
  },

  "a setting is found and compared before it is put into a file": async (page) => {
    await goto(page, "/settings");
    const find = page.getByRole("textbox", { name: "Find a setting" });
    await find.fill("step_up_amount_min");
    const setting = page.getByRole("textbox", { name: "policy.step_up_amount_min" });
    await setting.fill("3000");
    await page.getByRole("button", { name: "Compare and check" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The appliance would take this").waitFor();
    // The appliance under test has it of its environment.
    await dialog.getByText("The environment says otherwise").waitFor();
    const file = await saved(page, () => dialog.getByRole("button", { name: "Save the file" }).click());
    assert.equal(readFileSync(file, "utf8"), "[policy]\nstep_up_amount_min = 3000\n");
    await dialog.getByRole("button", { name: "Drop the changes" }).click();
    await find.fill("challenge.gestures");
    await page.getByRole("textbox", { name: "challenge.gestures" }).fill("-4");
    await page.getByRole("button", { name: "Compare and check" }).click();
    await dialog.getByText("The appliance would not start with this").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Save the file" }).isDisabled(), true);
  },

  "the system names the device that computes, its networks and its room": async (page) => {
    const { device, models } = await api("GET", "/system");
    await goto(page, "/system");
    await page.getByText(device.adapter, { exact: true }).waitFor();
    for (const { name } of models) await page.getByText(name, { exact: true }).first().waitFor();
    await page.getByText(/free of/).waitFor();
  },

  "the system's checks say what mends what is not well, and are made again": async (page) => {
    const { checks, summary } = await api("GET", "/system/doctor");
    await goto(page, "/system");
    const card = page.getByRole("region", { name: "Checks" });
    await card.getByText(`Well: ${summary.ok}`, { exact: true }).waitFor();
    // What needs somebody stands first, with its remedy.
    const key = checks.find(({ name }) => name === "storage.appliance_key");
    assert.equal(key.status, "warn");
    await card.getByText(key.mend, { exact: true }).waitFor();
    assert.equal(await card.getByText("config.valid", { exact: true }).isVisible(), false);
    await card.locator("summary", { hasText: "Settings" }).click();
    await card.getByText("config.valid", { exact: true }).waitFor();
    const anew = page.waitForResponse((response) => response.url().endsWith("/system/doctor"));
    await card.getByRole("button", { name: "Check again" }).click();
    assert.equal((await anew).status(), 200);
  },

  "a backup is made after a question, and listed": async (page) => {
    await goto(page, "/system");
    const card = page.getByRole("region", { name: "Backups" });
    const before = (await api("GET", "/system/backups")).items.length;
    if (before === 0) await card.getByText("No backups yet").waitFor();
    await card.getByRole("button", { name: "Make a backup now" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/newest three are kept/).waitFor();
    await dialog.getByRole("button", { name: "Make a backup now" }).click();
    await dialog.waitFor({ state: "detached" });
    await card.getByText(/by hand/).first().waitFor();
    await card.getByText("Not verified").first().waitFor();
    const { items, overdue } = await api("GET", "/system/backups");
    assert.equal(overdue, false);
    assert.ok(items.length > 0 && items[0].by_hand);
    // Why one was not made stands where it was asked for.
    await page.route("**/v1/system/backups", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ code: "backup_failed", detail: "cannot write backup.folder" }) }) : route.continue()));
    await card.getByRole("button", { name: "Make a backup now" }).click();
    await dialog.getByRole("button", { name: "Make a backup now" }).click();
    await dialog.getByText("cannot write backup.folder").waitFor();
  },

  "a camera tells when its state changed, and why": async (page) => {
    await goto(page, "/cameras");
    await page.getByRole("button", { name: "History", exact: true }).first().click();
    await page.getByRole("dialog").getByText("Live", { exact: true }).first().waitFor();
  },

  "the audit is filtered, newest first": async (page) => {
    await goto(page, "/audit");
    const seqs = () => page.locator("tbody tr td:first-child").allTextContents();
    await page.locator("tbody tr").first().waitFor();
    const [first, second] = (await seqs()).map((text) => Number(text.replaceAll(/\D/g, "")));
    assert.ok(first > second, "newest first");
    await filter(page, "Action", "camera.");
    await page.waitForURL(/action=camera\./);
    await page.waitForFunction(() => [...document.querySelectorAll("tbody tr td:nth-child(2)")].every((cell) => cell.textContent.startsWith("camera.")));
    assert.notEqual((await seqs()).length, 0);
    await filter(page, "By", "nobody");
    await page.getByText("No records").waitFor();
    await goto(page, "/audit?from=2020-01-01&to=2020-01-02");
    await page.getByText("No records").waitFor();
  },

  "the audit is taken along, and verifies without an appliance": async (page) => {
    await goto(page, "/audit");
    const file = await saved(page, () => page.getByRole("button", { name: "Export" }).click());
    const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines[0].format, "facepay.audit.export/1");
    assert.equal(lines.at(-1).records, lines.filter(({ type }) => type === "record").length);
    // Where the program is at hand.
    if (process.env.FACEPAY) execFileSync(process.env.FACEPAY, ["audit", "verify", "--file", file], { stdio: "pipe" });
    await page.getByRole("button", { name: "Ask the appliance" }).click();
    await page.getByText("The appliance says").waitFor();
    await page.getByText(/^Whole: /).waitFor();
  },
};
