// FACEPAY_URL=http://… FACEPAY_KEY=… npm run e2e [words of a flow's name]
import { base, launch, open, signIn, violations } from "./browser.mjs";
import { flows } from "./flows.mjs";

const SCREENS = ["", "/checkout", "/group", "/enrol", "/people", "/transactions", "/reviews", "/analytics", "/cameras", "/plugins"];
const MORE = ["/audit", "/access", "/system", "/settings"];

const wanted = process.argv.slice(2).join(" ");
const browser = await launch();
let failed = 0;

async function check(name, run) {
  if (!name.includes(wanted)) return;
  const { context, page, faults } = await open(browser);
  try {
    await signIn(page);
    await run(page);
    if (faults.length > 0) throw new Error(faults.join("\n"));
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILS ${name}\n${error.message}`);
  } finally {
    await context.close();
  }
}

for (const [name, run] of Object.entries(flows)) await check(name, run);

await check("no screen has a violation of WCAG 2.2 AA", async (page) => {
  const found = [];
  for (const screen of [...SCREENS, ...MORE]) {
    await page.goto(`${base}/console${screen}`);
    await page.locator("main h1").waitFor();
    await page.waitForLoadState("load");
    for (const violation of await violations(page)) found.push(`${screen || "/"} ${violation}`);
  }
  if (found.length > 0) throw new Error(found.join("\n"));
});

await browser.close();
console.log(failed === 0 ? "all hold" : `${failed} fail`);
process.exitCode = failed === 0 ? 0 : 1;
