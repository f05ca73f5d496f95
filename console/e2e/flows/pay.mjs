// What payers and those who take their money do.
import { choose, DESK, desk, free, fund, KIOSK_PIN, person, startKiosk, type, typePin } from "../acts.mjs";
import { another, api, filmed, goto } from "../browser.mjs";

/** The demo's people: one of them is enrolled by it, the other by the wizard below. */
const EILEEN = "pipeline/assets/eileen-collins.jpg";
const GRACE = "pipeline/assets/grace-hopper.jpg";
const PAYER = "Eileen Collins";
const OTHER = "Grace Hopper";
const PAYER_PIN = "7294";
/** As long as a checkout is open, for two people before one camera of a busy machine. */
const SEEN_MS_MAX = 290_000;
/** How often somebody stands before a camera until they are enrolled. */
const TRIES = 4;

async function enrolUntilFace(page, name, camera) {
  await goto(page, "/enrol");
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Record the consent" }).click();
  await choose(page, "Camera", camera);
  await page.getByRole("button", { name: "Start", exact: true }).click();
}

/** Waits until the wizard says `text`. Who was not in view in time, as at a camera that comes back just then, tries again. */
async function captured(page, text) {
  const done = page.getByText(text, { exact: true });
  const again = page.getByRole("button", { name: "Try again" });
  for (let tries = 0; tries < TRIES; tries += 1) {
    await done.or(again).waitFor();
    if (await done.isVisible()) return;
    await again.click();
    // It is out of the way while the camera looks.
    await again.waitFor({ state: "hidden" });
  }
  await done.waitFor();
}

/** Grace has a face, by the wizard, and money. */
async function withOther(page) {
  const known = await person(OTHER);
  if (known && (await api("GET", `/users/${known.id}/faces`)).items.length > 0) return;
  // Who was left without a face by a wizard that was not gone through.
  if (known) await api("PATCH", `/users/${known.id}`, { name: "Left Halfway" });
  await enrolUntilFace(page, OTHER, "till-2");
  await captured(page, "Enrolled");
  await fund(OTHER);
}

export const payments = {
  "somebody is enrolled through the wizard": async (page) => {
    await withOther(page);
    await goto(page, `/people/${(await person(OTHER)).id}`);
    await page.getByText("Mean of the templates").or(page.getByText("Template", { exact: true })).first().waitFor();
  },

  "an enrolled person pays at the till, and the receipt verifies": async (page) => {
    await free("till-1");
    await goto(page, "/checkout");
    await choose(page, "Camera", "till-1");
    await type(page, "100");
    await page.getByRole("button", { name: /Charge/ }).click();
    await page.getByRole("button", { name: "Yes, pay" }).click();
    await page.getByRole("button", { name: "Next payment" }).waitFor();
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The signature holds").waitFor();
  },

  "a group is opened and cancelled for everybody": async (page) => {
    await free("till-1");
    await goto(page, "/group");
    await choose(page, "Camera", "till-1");
    await type(page, "1000");
    await page.getByRole("button", { name: "One person more" }).click();
    await page.getByText("€3.34").waitFor();
    await page.getByRole("button", { name: /Split €10.00 among 3/ }).click();
    await page.getByRole("button", { name: "Cancel for everybody" }).click();
    await page.getByRole("button", { name: "Next payment" }).waitFor();
  },

  "two people before one camera pay their parts of one amount": filmed(
    // As large as each other: who stands behind is not asked.
    [{ picture: EILEEN, zoom: 1.3 }, { picture: GRACE }],
    async (page) => {
      await withOther(page);
      await desk();
      await free(DESK);
      const feeding = await another(page);
      await startKiosk(feeding, "This device's camera", DESK);
      await goto(page, "/group");
      await choose(page, "Camera", DESK);
      await type(page, "300");
      await page.getByRole("button", { name: /Split €3.00 among 2/ }).click();
      // In whatever order they are seen.
      for (const name of [PAYER, OTHER]) await page.getByRole("button", { name: `${name}: pay €1.50` }).click({ timeout: SEEN_MS_MAX });
      await page.getByText("This is what became of each part.").waitFor();
      await page.getByRole("listitem").filter({ hasText: OTHER }).getByText("Paid", { exact: true }).waitFor();
    },
  ),

  "a face that is enrolled already waits for a second person": async (page) => {
    await enrolUntilFace(page, "Somebody Else", "till-1");
    await captured(page, "A second person must look at this");
  },

  "the kiosk takes a PIN where a face is not enough": async (page) => {
    const payer = await person(PAYER);
    await fund(PAYER);
    await free("till-1");
    await api("PUT", `/users/${payer.id}/pin`, { pin: PAYER_PIN });
    await startKiosk(page, "Appliance's camera", "till-1");
    // The appliance under test asks for a factor from 20.00 on.
    await api("POST", "/checkouts", { camera: "till-1", amount: { amount: 2000, currency: "EUR" } });
    await typePin(page, PAYER_PIN);
    await page.getByRole("button", { name: "Yes, pay" }).click();
    await page.getByText("Thank you").waitFor();
  },

  "the kiosk sends its own camera's pictures, and takes the yes": filmed([{ picture: EILEEN }], async (page) => {
    await desk();
    await free(DESK);
    await startKiosk(page, "This device's camera", DESK);
    await api("POST", "/checkouts", { camera: DESK, amount: { amount: 150, currency: "EUR" } });
    await page.getByText("€1.50", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Yes, pay" }).click();
    await page.getByText("Thank you").waitFor();
  }),

  "only the PIN of staff leads out of the kiosk": async (page) => {
    await startKiosk(page, "Appliance's camera", "till-1");
    await page.getByRole("button", { name: "Staff" }).click();
    await typePin(page, "1357");
    await page.getByText("That PIN is not right.").waitFor();
    await typePin(page, KIOSK_PIN);
    await page.getByRole("heading", { name: "Set up a kiosk" }).waitFor();
  },
};
