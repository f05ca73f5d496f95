// A browser at the console of a running appliance.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Where the console is served, and an admin key of the appliance behind it. */
export const base = process.env.FACEPAY_URL ?? "http://127.0.0.1:4173";
export const key = process.env.FACEPAY_KEY;

export const SIZES = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};

/** Starts the browser; `video` is what its camera shows. */
export function launch(video) {
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
  if (video) args.push(`--use-file-for-fake-video-capture=${video}`);
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

/** A page of its own, and what goes wrong on it: errors, violations of the policy, requests to other hosts. */
export async function open(browser, { size = "desktop", scheme = "light", language = "en" } = {}) {
  const [colorScheme, contrast] = { contrast: ["light", "more"], "contrast-dark": ["dark", "more"] }[scheme] ?? [scheme, "no-preference"];
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, contrast, reducedMotion: "reduce" });
  context.setDefaultTimeout(Number(process.env.TIMEOUT_MS ?? 120_000));
  await context.addInitScript(axe);
  await context.addInitScript((tag) => localStorage.setItem("facepay.language", tag), language);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (said) => /Content Security Policy/i.test(said.text()) && faults.push(said.text()));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^http/.test(url.protocol) && url.origin !== new URL(base).origin) faults.push(`asked another host: ${url}`);
  });
  return { context, page, faults };
}

/** Signs in with the key, through the form. */
export async function signIn(page) {
  // Not the wall of cameras, which is the most work to show.
  await page.goto(`${base}/console/settings`);
  await page.locator("[role=radiogroup] label").last().click();
  await page.locator("input[type=password]").fill(key);
  await page.locator("button[type=submit]").click();
  await page.locator("#content").waitFor();
}

/** One more page at the same browser, signed in as well. */
export async function another(page) {
  const other = await page.context().newPage();
  await signIn(other);
  return other;
}

/** A screen of the console. */
export const goto = (page, path) => page.goto(`${base}/console${path}`);

/** A flow before whose browser's camera are the people of pictures of this repository. */
export function filmed(people, run) {
  return Object.assign(run, { people });
}

/** Waits until nothing fades or moves any more but what goes on for ever. */
function settled(page) {
  return page.evaluate(async () => {
    const passing = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
    // What was faded out is taken away after that.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

/** What axe finds against WCAG 2.2 AA on the page as it is. */
export async function violations(page) {
  await settled(page);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
}

/** An answer of the appliance's interface, asked with the key. */
export async function api(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
  const response = await fetch(`${base}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}
