// Every step of a payment, and whatever opens over a screen, for whoever looks at them one by one.
import { choose, free, fund, person, startKiosk, type, typePin } from "../acts.mjs";
import { api, base, goto } from "../browser.mjs";

const PAYER = "Eileen Collins";
const PIN = "7294";
const CAMERA = "till-1";

const button = (page, name) => page.getByRole("button", { name });
const opened = (amount) => api("POST", "/checkouts", { camera: CAMERA, amount: { amount, currency: "EUR" } });

async function till(page, look) {
  await free(CAMERA);
  await goto(page, "/checkout");
  await choose(page, "Camera", CAMERA);
  await type(page, "100");
  await look("till, amount");
  await button(page, /Charge/).click();
  await button(page, "Cancel").or(button(page, "Yes, pay")).first().waitFor();
  await look("till, look");
  await button(page, "Yes, pay").waitFor();
  await look("till, yes");
  await button(page, "Yes, pay").click();
  await button(page, "Verify").click();
  await page.getByText("The signature holds").waitFor();
  await look("till, receipt");
}

async function group(page, look) {
  await goto(page, "/group");
  await choose(page, "Camera", CAMERA);
  await type(page, "1000");
  await look("group, parts");
  await button(page, /Split €10.00 among 2/).click();
  await button(page, "Cancel for everybody").waitFor();
  await look("group, stage");
  await button(page, "Cancel for everybody").click();
  await button(page, "Next payment").waitFor();
  await look("group, over");
}

async function kiosk(page, look) {
  await api("PUT", `/users/${(await person(PAYER)).id}/pin`, { pin: PIN });
  await page.goto(`${base}/kiosk`);
  await page.getByLabel(/PIN/).first().waitFor();
  await look("kiosk, set-up");
  await startKiosk(page, "Appliance's camera", CAMERA);
  await look("kiosk, attract");
  await opened(2000);
  await page.getByRole("group", { name: "PIN" }).waitFor();
  await look("kiosk, PIN");
  await typePin(page, PIN);
  await button(page, "Yes, pay").waitFor();
  await look("kiosk, yes");
  await button(page, "Yes, pay").click();
  await page.getByText("Thank you").waitFor();
  await look("kiosk, thanks");
  await page.getByText("Pay with a look").waitFor();
  await opened(150);
  await page.getByText("€1.50", { exact: true }).waitFor();
  await look("kiosk, look");
  // Where the payer is recognised before somebody presses this, the no does the same.
  await button(page, "Pay another way").or(button(page, "No")).first().click();
  await page.getByText(/Somebody will help you|Nothing was paid/).waitFor();
  await look("kiosk, another way");
}

async function overlays(page, look) {
  await goto(page, "/consent-texts");
  await button(page, "Keep a text").click();
  await page.getByRole("dialog").waitFor();
  await look("a new consent text");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Go to, switch, sign out…").fill("a");
  await look("palette");
}

async function settings(page, look) {
  await goto(page, "/plugins/payment-wallet");
  const days = page.getByRole("textbox", { name: "Refunds within (days)" });
  await days.fill("4000");
  await button(page, "Compare and check").click();
  await page.getByText("At most 3650.").waitFor();
  await look("settings of a plugin, unfit");
  await days.fill("30");
  await button(page, "Compare and check").click();
  await page.getByText("The plugin goes to work with this").waitFor();
  await look("settings of a plugin, compared");
}

/** Calls `look` with the name of each step while it is in view. */
export async function walk(page, look) {
  await fund(PAYER);
  await till(page, look);
  await group(page, look);
  await kiosk(page, look);
  await overlays(page, look);
  await settings(page, look);
}
