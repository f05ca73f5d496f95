import { afterEach, expect, test, vi } from "vitest";
import { snapshot } from "./pictures";

vi.mock("@/session/session", () => ({ session: { headers: () => ({}) } }));
afterEach(() => vi.unstubAllGlobals());

const part = (camera: string) =>
  `--b\r\ncontent-type: image/jpeg\r\ncontent-length: ${camera.length}\r\ncontent-location: cameras/${camera}/snapshot\r\n\r\n${camera}\r\n`;

/** Answers with a picture of each camera but `door`, which has none. */
function appliance() {
  const asked: string[] = [];
  const answer = (url: string) => {
    asked.push(url.slice(url.indexOf("/snapshots")));
    const cameras = new URL(url, "http://appliance").searchParams.get("cameras")!.split(",");
    return Promise.resolve(new Response(`${cameras.filter((camera) => camera !== "door").map(part).join("")}--b--\r\n`));
  };
  vi.stubGlobal("fetch", vi.fn(answer));
  return asked;
}

test("pictures of one width that are asked for at a time come in one answer", async () => {
  const asked = appliance();
  const pictures = await Promise.all([snapshot("till", 320), snapshot("hall", 320), snapshot("door", 320), snapshot("till", 640)]);
  const texts = pictures.map((picture) => picture && new TextDecoder().decode(picture));
  expect(texts).toEqual(["till", "hall", undefined, "till"]);
  expect(asked).toEqual(["/snapshots?cameras=till%2Chall%2Cdoor&width=320", "/snapshots?cameras=till&width=640"]);
  await snapshot("hall", 320);
  expect(asked.at(-1)).toBe("/snapshots?cameras=hall&width=320");
});

test("those who wait for an answer that fails are all told", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("away")));
  const pictures = await Promise.allSettled([snapshot("till", 320), snapshot("hall", 320)]);
  expect(pictures.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
