// npm run e2e [a pattern of flows' names]
import { start } from "./appliance.mjs";

const stop = await start();
try {
  // Not before: its modules read where the appliance is.
  const { suite } = await import("./suite.mjs");
  process.exitCode = (await suite(new RegExp(process.argv.slice(2).join(" ")))) === 0 ? 0 : 1;
} finally {
  stop();
}
