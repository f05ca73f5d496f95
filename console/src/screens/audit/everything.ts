import { answered, client, type Wire } from "@/api/client";
import { page } from "@/api/lists";

/** All records, oldest first. */
export async function* records(): AsyncGenerator<Wire<"AuditEntry">> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page("/audit", { query: cursor ? { limit: 200, cursor } : { limit: 200 } });
    yield* items;
    cursor = next_cursor;
  } while (cursor);
}

/** All checkpoints, oldest first, and the appliance's key. */
export async function checkpoints(): Promise<{ key: string; all: Wire<"Checkpoint">[] }> {
  const all: Wire<"Checkpoint">[] = [];
  let cursor: string | undefined;
  let key = "";
  do {
    const query = cursor ? { limit: 200, cursor } : { limit: 200 };
    const got = await answered(client.GET("/audit/checkpoints", { params: { query } }));
    all.push(...got.items);
    key = got.key;
    cursor = got.next_cursor ?? undefined;
  } while (cursor);
  return { key, all };
}

/** The chain as `facepay audit verify --file` reads it. */
export async function exported(): Promise<Blob> {
  return (await answered(client.GET("/audit/export", { parseAs: "blob" }))) as unknown as Blob;
}
