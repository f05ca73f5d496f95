// Acts of which several flows are made.
import { api, base } from "./browser.mjs";

/** A camera that a browser feeds. */
export const DESK = "desk";
/** By which staff leaves a kiosk. */
export const KIOSK_PIN = "2468";

/** Types an amount, in minor units. */
export async function type(page, digits) {
  for (const digit of digits) await page.getByRole("group", { name: "Amount" }).getByRole("button", { name: digit, exact: true }).click();
}

/** Chooses in a list that opens. */
export async function choose(page, label, option) {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

/** Somebody by name, as the appliance has them. */
export async function person(name) {
  const { items } = await api("GET", `/users?q=${encodeURIComponent(name)}`);
  return items.find((user) => user.name === name);
}

/** Gives somebody money of their own, so that what they paid before is not missed. */
export async function fund(name) {
  const { id } = await person(name);
  await api("POST", `/users/${id}/credits`, { amount: { amount: 10_000, currency: "EUR" } });
}

/** Types a PIN, whatever the order of the keys. */
export async function typePin(page, pin) {
  const keys = page.getByRole("group", { name: "PIN" });
  for (const digit of pin) await keys.getByRole("button", { name: digit, exact: true }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Makes this browser a kiosk. */
export async function startKiosk(page, source, camera) {
  await page.goto(`${base}/kiosk`);
  await page.locator("label", { hasText: source }).click();
  await choose(page, "Camera", new RegExp(`^${camera}`));
  await page.locator("input[type=password]").fill(KIOSK_PIN);
  await page.getByRole("button", { name: "Start the kiosk" }).click();
  await page.getByText("Pay with a look").waitFor();
}

/** A camera of the appliance that takes the pictures of this browser's own. */
export async function desk() {
  const { items } = await api("GET", "/cameras");
  if (!items.some(({ id }) => id === DESK)) await api("POST", "/cameras", { id: DESK, source: "push:" });
}

/** Nobody pays at a camera any more: what a flow before left open there is given up. */
export async function free(camera) {
  const { items } = await api("GET", `/checkouts?camera=${camera}&limit=20`);
  const open = items.filter(({ state }) => /^(awaiting_|gathering|confirming)/.test(state));
  for (const { id } of open) await api("POST", `/checkouts/${id}/cancel`, {});
}

/** What a click lets the browser keep. */
export async function saved(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return download.path();
}

/** So many cameras of the demo: its own, and these again under other names; what pushes pictures goes. What is returned takes the others away. */
export async function cameras(count) {
  const { items: all } = await api("GET", "/cameras");
  if (all.some(({ id }) => id === DESK)) await api("DELETE", `/cameras/${DESK}`);
  const items = all.filter(({ id }) => id !== DESK);
  const added = Array.from({ length: Math.max(0, count - items.length) }, (_, place) => `wall-${place + 1}`);
  for (const [place, id] of added.entries()) await api("POST", "/cameras", { id, source: items[place % items.length].source });
  return async () => {
    for (const id of added) await api("DELETE", `/cameras/${id}`);
  };
}

/** Opens the live wall for so many cameras, and waits until all of them that are there are shown. */
export async function wall(page, size) {
  await page.goto(`${base}/console`);
  await page.getByRole("radiogroup").locator("label").getByText(String(size), { exact: true }).click();
  const { items } = await api("GET", "/cameras");
  const tiles = page.locator('[data-state="fresh"]');
  await tiles.nth(Math.min(size, items.length) - 1).waitFor();
}
