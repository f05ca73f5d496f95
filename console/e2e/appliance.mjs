// The appliance that the flows are tried on: the one that FACEPAY_URL names, else a demo of the program that FACEPAY names.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const READY_MS_MAX = 180_000;

/** What the flows take for granted. */
export const SETTINGS = {
  // A factor beside the face from 20.00 on.
  FACEPAY__POLICY__STEP_UP_AMOUNT_MIN: "2000",
  // Staff vouches for small payments of people without a face.
  FACEPAY__POLICY__ATTENDED_AMOUNT_MAX: "1000",
  FACEPAY__AUTH__TOTP_ROLES: '["integrator"]',
  FACEPAY__AUTH__FOUR_EYES: '["erase"]',
  // Whoever opens its backups: a key that nobody has.
  FACEPAY__BACKUP__RECIPIENTS: '["age1pgmgwa3skn90dufh04t6aew537fqyxqspk78ayn5jkyyhh08h35qv66wt9"]',
  // As long as may be: a machine that is busy looks at few pictures, and late.
  FACEPAY__RECOGNITION__ENROLMENT_CAMERA_MS_MAX: "25000",
  FACEPAY__RECOGNITION__SIGHTING_AGE_MS_MAX: "4000",
  FACEPAY__CHECKOUT__DEADLINE_MS_DEFAULT: "300000",
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Puts its address and an admin's key into the environment; gives what ends it. */
export async function start() {
  if (process.env.FACEPAY_URL) return () => {};
  const url = `http://127.0.0.1:${await freePort()}`;
  const words = ["demo", "--headless", "--listen", url.replace("http://", "")];
  const running = spawn(process.env.FACEPAY ?? "facepay", words, { env: { ...process.env, ...SETTINGS }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise((ready, fail) => {
    const end = (why) => (running.kill(), fail(new Error(`${why}\n${said}`)));
    const late = setTimeout(() => end("the demo is not ready in time"), READY_MS_MAX);
    const hear = (bytes) => {
      said += bytes;
      // The last thing that it says: cameras, people and a first payment are there.
      if (!said.includes("Ctrl-C ends the demo")) return;
      clearTimeout(late);
      ready();
    };
    running.stdout.on("data", hear);
    running.stderr.on("data", hear);
    running.once("error", (error) => end(error.message));
    running.once("exit", (code) => end(`the demo ended with ${code}`));
  });
  process.env.FACEPAY_URL = url;
  process.env.FACEPAY_KEY = /fpk_[\w-]+/.exec(said)[0];
  return () => running.kill("SIGINT");
}
