// What a page costs whoever shows it: processor time of all processes of the browser, and how often it is painted.

/** By the names that Chromium gives its processes; the others are there for the network and the disk. */
const PARTS = { renderer: "page", GPU: "compositor", browser: "browser" };

async function spent(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.map(({ id, type, cpuTime }) => [id, { part: PARTS[type] ?? "network", seconds: cpuTime }]));
}

/** How much of one core the browser takes for the next `ms`, and each part of it. It is time that is worked, not time that passes: a busy machine counts little. */
export async function coresOf(browser, ms) {
  const session = await browser.newBrowserCDPSession();
  const [before, begun] = [await spent(session), performance.now()];
  await new Promise((over) => setTimeout(over, ms));
  const [after, seconds] = [await spent(session), (performance.now() - begun) / 1000];
  await session.detach();
  const cores = { all: 0, page: 0, compositor: 0, browser: 0, network: 0 };
  for (const [id, { part, seconds: until }] of after) {
    const share = (until - (before.get(id)?.seconds ?? 0)) / seconds;
    cores[part] += share;
    cores.all += share;
  }
  return cores;
}

/** How many times a second the browser paints any of the page, over the next `ms`: the same on a busy machine. */
export async function paintingsOf(page, ms) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["viz"] });
  const begun = performance.now();
  await new Promise((over) => setTimeout(over, ms));
  const seconds = (performance.now() - begun) / 1000;
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  return traceEvents.filter(({ name }) => name === "DirectRenderer::DrawFrame").length / seconds;
}
