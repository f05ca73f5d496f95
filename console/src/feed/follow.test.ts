import { expect, test, vi } from "vitest";
import { followSnapshots } from "./follow";
import { snapshot } from "./pictures";

vi.mock("./pictures", () => ({ snapshot: vi.fn(), pause: () => Promise.resolve(), streamed: vi.fn() }));

test("a camera that gives its last picture again has not given a new one", async () => {
  const bytes = ["one", "one", "two", "two", "one"];
  const asked = vi.mocked(snapshot);
  for (const picture of bytes) asked.mockResolvedValueOnce(new TextEncoder().encode(picture));
  const ended = new AbortController();
  asked.mockResolvedValueOnce(undefined);
  asked.mockImplementation(() => (ended.abort(), Promise.reject(new Error("no more"))));
  const came = vi.fn();
  const shown: string[] = [];
  const show = async (picture: Blob) => void shown.push(await picture.text());
  followSnapshots("till", 1, { isWatched: () => true, widthPx: () => 420, came, show }, ended.signal);
  await vi.waitFor(() => expect(ended.signal.aborted).toBe(true));
  expect(shown).toEqual(["one", "two", "one"]);
  expect(came).toHaveBeenCalledTimes(3);
  expect(asked.mock.calls[0]?.slice(0, 2)).toEqual(["till", 420]);
});
