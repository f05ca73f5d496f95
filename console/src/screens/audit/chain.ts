import type { Wire } from "@/api/client";
import { hex, unhex, verifySigned } from "@/pay/verify";

const LINK = 1;
const LEAF = 0;
const NODE = 1;

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** A record's hash: it covers the one before, so that nothing can be changed, put in or left out between. */
export async function linkHash(previous: string, record: string): Promise<string> {
  const bytes = new TextEncoder().encode(record);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length));
  return hex(await sha256(Uint8Array.of(LINK), unhex(previous), length, bytes));
}

/** RFC 6962's tree over records as they come, one hash kept for each complete part of it. */
export class MerkleTree {
  #parts: { hash: Uint8Array; leaves: number }[] = [];

  async add(record: string): Promise<void> {
    let part = { hash: await sha256(Uint8Array.of(LEAF), new TextEncoder().encode(record)), leaves: 1 };
    for (let last = this.#parts.at(-1); last?.leaves === part.leaves; last = this.#parts.at(-1)) {
      part = { hash: await sha256(Uint8Array.of(NODE), last.hash, part.hash), leaves: part.leaves * 2 };
      this.#parts.pop();
    }
    this.#parts.push(part);
  }

  async root(): Promise<string> {
    let root: Uint8Array | null = null;
    for (const { hash } of this.#parts.toReversed()) root = root ? await sha256(Uint8Array.of(NODE), hash, root) : hash;
    return hex(root ?? (await sha256()));
  }
}

/** Goes along the chain and its checkpoints, and stops at the first thing that is wrong. */
export class ChainVerifier {
  #tree = new MerkleTree();
  #previous = "0".repeat(64);
  #seq = 0;
  readonly #checkpoints: Map<number, Wire<"Checkpoint">>;
  readonly #key: string;
  checkpointsHeld = 0;

  constructor(checkpoints: Wire<"Checkpoint">[], key: string) {
    this.#checkpoints = new Map(checkpoints.map((checkpoint) => [checkpoint.last_seq, checkpoint]));
    this.#key = key;
  }

  get records(): number {
    return this.#seq;
  }

  /** Null when the record is the next link, else what is wrong with it. */
  async take(entry: Wire<"AuditEntry">): Promise<string | null> {
    this.#seq += 1;
    if (entry.seq !== this.#seq) return "gap";
    if (entry.previous !== this.#previous) return "previous";
    if ((await linkHash(entry.previous, entry.record)) !== entry.hash) return "hash";
    const said = JSON.parse(entry.record) as { seq: number; actor: string; action: string; subject: string };
    if (said.seq !== entry.seq || said.actor !== entry.actor || said.action !== entry.action || said.subject !== entry.subject) {
      return "columns";
    }
    this.#previous = entry.hash;
    await this.#tree.add(entry.record);
    const checkpoint = this.#checkpoints.get(entry.seq);
    return checkpoint ? this.#hold(checkpoint) : null;
  }

  async #hold({ root, chain, statement, signature }: Wire<"Checkpoint">): Promise<string | null> {
    const said = JSON.parse(statement) as { root: string; chain: string };
    if (said.root !== root || root !== (await this.#tree.root())) return "root";
    if (said.chain !== chain || chain !== this.#previous) return "chain";
    if ((await verifySigned({ text: statement, signature, key: this.#key })) !== "holds") return "signature";
    this.checkpointsHeld += 1;
    return null;
  }
}
