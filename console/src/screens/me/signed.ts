/** What a receipt's signed text says of where and how it was paid. */
export interface Signed {
  branch: string;
  terminal: string | null;
  by: "face" | "staff" | null;
  factor: string | null;
}

/** Reads the text that was signed; nothing of it is needed for its signature to hold. */
export function signedOf(text: string): Signed {
  const { branch, terminal, decision, factor } = JSON.parse(text) as {
    branch: string;
    terminal?: string | null;
    decision?: { by?: string } | null;
    factor?: { by?: string } | null;
  };
  const by = decision?.by;
  return {
    branch,
    terminal: terminal ?? null,
    by: by === "face" || by === "staff" ? by : null,
    factor: factor?.by ?? null,
  };
}
