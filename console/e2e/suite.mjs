// What people do, flow by flow, in a browser at an appliance.
import { mkdirSync } from "node:fs";
import { base, launch, open, signIn, violations } from "./browser.mjs";
import { payments } from "./flows/pay.mjs";
import { screens } from "./flows/screens.mjs";
import { staff } from "./flows/staff.mjs";
import { video } from "./video.mjs";

const SCREENS = [
  ["", "/checkout", "/group", "/enrol", "/people", "/transactions", "/reviews", "/analytics", "/analytics?span=day"],
  ["/cameras", "/plugins", "/audit", "/access", "/system", "/settings", "/account"],
].flat();
const out = new URL("./out/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

/** How many of the flows with `wanted` names fail. */
export async function suite(wanted) {
  const browser = await launch();
  let ran = 0;
  let failed = 0;

  async function check(name, run) {
    if (!wanted.test(name)) return;
    ran += 1;
    const filming = run.people && (await launch(await video(browser, run.people)));
    const { context, page, faults } = await open(filming ?? browser);
    const begun = performance.now();
    try {
      await signIn(page);
      await run(page);
      if (faults.length > 0) throw new Error(faults.join("\n"));
      console.log(`ok    ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      const picture = `${out}failed-${failed}.png`;
      await page.screenshot({ path: picture, fullPage: true }).catch(() => undefined);
      console.log(`FAILS ${name}\n${error.message}\n${picture}`);
    } finally {
      await context.close();
      await filming?.close();
    }
  }

  for (const [name, run] of Object.entries({ ...staff, ...payments, ...screens })) await check(name, run);
  for (const scheme of ["light", "dark"]) {
    await check(`no screen has a violation of WCAG 2.2 AA in the ${scheme}`, async (page) => {
      await page.emulateMedia({ colorScheme: scheme });
      const found = [];
      for (const screen of SCREENS) {
        await page.goto(`${base}/console${screen}`);
        await page.locator("main h1").waitFor();
        await page.waitForLoadState("load");
        for (const violation of await violations(page)) found.push(`${screen || "/"} ${violation}`);
      }
      if (found.length > 0) throw new Error(found.join("\n"));
    });
  }
  await browser.close();
  console.log(failed === 0 ? `all ${ran} hold` : `${failed} of ${ran} fail`);
  return failed;
}
