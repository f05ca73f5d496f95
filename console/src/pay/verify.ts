import type { Wire } from "@/api/client";

export type Verdict = "holds" | "broken" | "other_key" | "unsupported";

interface Signed {
  text: string;
  signature: string;
  key: string;
}

/** Whether an Ed25519 signature over a text holds, and is of the key that is trusted where one is known. */
export async function verifySigned({ text, signature, key }: Signed, trusted?: string): Promise<Verdict> {
  if (trusted && trusted !== key) return "other_key";
  let publicKey: CryptoKey;
  try {
    publicKey = await crypto.subtle.importKey("raw", unhex(key), "Ed25519", false, ["verify"]);
  } catch {
    return "unsupported";
  }
  const holds = await crypto.subtle.verify("Ed25519", publicKey, unhex(signature), new TextEncoder().encode(text));
  return holds ? "holds" : "broken";
}

/** A receipt's signature, and that the fields shown beside it say what was signed. */
export async function verifyReceipt(receipt: Wire<"Receipt">, trusted?: string): Promise<Verdict> {
  const verdict = await verifySigned({ text: receipt.receipt, signature: receipt.signature, key: receipt.key }, trusted);
  if (verdict !== "holds") return verdict;
  const signed = JSON.parse(receipt.receipt) as {
    transaction: string;
    amount: { minor: number; currency: string };
  };
  const same =
    signed.transaction === receipt.transaction_id &&
    signed.amount.minor === receipt.amount.amount &&
    signed.amount.currency === receipt.amount.currency;
  return same ? "holds" : "broken";
}

export function unhex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
