import { expect, test } from "vitest";
import { toToml } from "./toml";

test("changes become a file with one table a group", () => {
  expect(toToml({ "policy.sale_amount_max": 200, "compute.device": "cpu", "policy.step_up_always": true, "cameras.networks": ["10.0.0.0/8"] })).toBe(
    '[policy]\nsale_amount_max = 200\nstep_up_always = true\n\n[compute]\ndevice = "cpu"\n\n[cameras]\nnetworks = ["10.0.0.0/8"]\n',
  );
});

test("a plugin's changes lie in its own table, whatever it is called", () => {
  expect(toToml({ fee: 3, "acquirer.host": "a" }, ["plugins", "settings", "com.acme.pay"])).toBe(
    '[plugins.settings."com.acme.pay"]\nfee = 3\n\n[plugins.settings."com.acme.pay".acquirer]\nhost = "a"\n',
  );
});

test("what lies within a value is written on one line", () => {
  expect(toToml({ "a.hosts": [{ name: "b", "the port": 1 }], "a.none": {}, "a.text": 'say "hi"\n\u007f' })).toBe(
    '[a]\nhosts = [{ name = "b", "the port" = 1 }]\nnone = {}\ntext = "say \\"hi\\"\\n\\u007f"\n',
  );
});
