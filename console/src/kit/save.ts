/** Hands the browser a file to keep. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Rows as CSV after RFC 4180; a cell that a spreadsheet would take for a formula is kept from being one. */
export function csv(rows: (string | number | null | undefined)[][]): string {
  const cell = (value: string | number | null | undefined) => {
    const text = String(value ?? "");
    const harmless = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function saveCsv(name: string, rows: (string | number | null | undefined)[][]): void {
  save(name, new Blob(["\uFEFF", csv(rows)], { type: "text/csv" }));
}

export function saveJson(name: string, value: unknown): void {
  save(name, new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }));
}
