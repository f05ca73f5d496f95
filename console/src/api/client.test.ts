import { expect, test, vi } from "vitest";

vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
const { afterFailure, answered } = await import("./client");
const { Problem } = await import("./problem");

test("a wish keeps its key while it is not known what became of it", () => {
  for (const status of [0, 429, 503, 504]) expect(afterFailure("k", new Problem(status, "c", "d", null))).toBe("k");
  for (const status of [400, 404, 409, 422]) expect(afterFailure("k", new Problem(status, "c", "d", null))).not.toBe("k");
});

test("a refusal is thrown with its code and the request's id, a lost connection as one", async () => {
  const response = new Response(null, { status: 409, headers: { "x-request-id": "r1" } });
  const refused = answered(Promise.resolve({ error: { code: "camera_busy", detail: "busy" }, response }));
  await expect(refused).rejects.toMatchObject({ code: "camera_busy", requestId: "r1", message: "busy", isPassing: false });
  await expect(answered(Promise.reject(new TypeError("lost")))).rejects.toMatchObject({ status: 0, isOffline: true });
});
