import { expect, test, vi } from "vitest";
import { followSnapshots } from "./follow";
import { snapshot } from "./pictures";

vi.mock("./pictures", () => ({ snapshot: vi.fn(), pause: () => Promise.resolve(), streamed: vi.fn() }));

test("a camera that gives its last picture again has not given a new one", async () => {
  const bytes = ["one", "one", "two", "two", "one"];
  const asked = vi.mocked(snapshot);
  for (const picture of bytes) asked.mockResolvedValueOnce(new Blob([picture]));
  const ended = new AbortController();
  asked.mockImplementation(() => (ended.abort(), Promise.reject(new Error("no more"))));
  const came = vi.fn();
  const shown: string[] = [];
  followSnapshots("till", 1, { isWatched: () => true, came, show: async (picture) => void shown.push(await picture.text()) }, ended.signal);
  await vi.waitFor(() => expect(ended.signal.aborted).toBe(true));
  expect(shown).toEqual(["one", "two", "one"]);
  expect(came).toHaveBeenCalledTimes(3);
});
