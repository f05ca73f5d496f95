import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import type { Wire } from "@/api/client";
import { ChainVerifier, linkHash, MerkleTree } from "./chain";

const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");

/** RFC 6962's own definition, by halves. */
function rootByDefinition(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(Uint8Array.of(1), rootByDefinition(leaves.slice(0, half)), rootByDefinition(leaves.slice(half)));
}

const leaf = (record: string) => sha256(Uint8Array.of(0), Buffer.from(record));

async function chain(length: number): Promise<Wire<"AuditEntry">[]> {
  const entries: Wire<"AuditEntry">[] = [];
  let previous = "0".repeat(64);
  for (let seq = 1; seq <= length; seq++) {
    const record = JSON.stringify({ action: "user.added", actor: "a", detail: {}, seq, subject: `s${seq}` });
    const hash = await linkHash(previous, record);
    entries.push({ seq, at: "", actor: "a", action: "user.added", subject: `s${seq}`, record, previous, hash });
    previous = hash;
  }
  return entries;
}

function checkpoint(entries: Wire<"AuditEntry">[], last: number) {
  const root = rootByDefinition(entries.slice(0, last).map(({ record }) => leaf(record))).toString("hex");
  const chain = entries[last - 1]!.hash;
  const statement = JSON.stringify({ chain, last_seq: last, root });
  const signature = sign(null, Buffer.from(statement), privateKey).toString("hex");
  return { id: last, first_seq: 1, last_seq: last, root, chain, previous: "", at_micros: 0, statement, signature, key };
}

async function firstFault(entries: Wire<"AuditEntry">[], checkpoints: ReturnType<typeof checkpoint>[]) {
  const verifier = new ChainVerifier(checkpoints, key);
  for (const entry of entries) {
    const fault = await verifier.take(entry);
    if (fault) return `${entry.seq} ${fault}`;
  }
  return verifier.checkpointsHeld;
}

test.each([1, 2, 3, 5, 8, 13])("the root of %d records is RFC 6962's", async (count) => {
  const records = Array.from({ length: count }, (_, place) => `record ${place}`);
  const tree = new MerkleTree();
  for (const record of records) await tree.add(record);
  expect(await tree.root()).toBe(rootByDefinition(records.map(leaf)).toString("hex"));
});

test("a whole chain with its checkpoints holds", async () => {
  const entries = await chain(9);
  expect(await firstFault(entries, [checkpoint(entries, 4), checkpoint(entries, 9)])).toBe(2);
});

test("the first thing that is wrong is named", async () => {
  const entries = await chain(9);
  const signed = [checkpoint(entries, 9)];
  const with4 = (change: Partial<Wire<"AuditEntry">>) => entries.map((entry) => (entry.seq === 4 ? { ...entry, ...change } : entry));
  expect(await firstFault(entries.filter(({ seq }) => seq !== 4), signed)).toBe("5 gap");
  expect(await firstFault(with4({ record: "{}" }), signed)).toBe("4 hash");
  expect(await firstFault(with4({ previous: "0".repeat(64) }), signed)).toBe("4 previous");
  expect(await firstFault(with4({ actor: "b" }), signed)).toBe("4 columns");
  expect(await firstFault(entries, [{ ...checkpoint(entries, 5), signature: "00".repeat(64) }])).toBe("5 signature");
  const other = await chain(8);
  expect(await firstFault(entries, [{ ...checkpoint(other, 8), last_seq: 9 }])).toBe("9 root");
});

test("a record that an appliance wrote has the hash and the root that it gave it", async () => {
  const record =
    '{"action":"model.in_force","actor":"system","at_micros":1795995107594971,"detail":{},"seq":1,"subject":"512001"}';
  const tree = new MerkleTree();
  await tree.add(record);
  expect(await linkHash("0".repeat(64), record)).toBe("45bc8b043dd5dc171672d0989a346fb2194487d7ebc8dc195755440e6bf354eb");
  expect(await tree.root()).toBe("c238aab760d88041986a84cd389fe8c0bc1466296198ff54ae6d323930166ced");
});
