import { save } from "@/kit/save";

/** Whether this browser hands files on to other programs. */
export function canShare(file: File): boolean {
  return typeof navigator.canShare === "function" && navigator.canShare({ files: [file] });
}

export function jsonFile(name: string, value: unknown): File {
  return new File([JSON.stringify(value, null, 2)], name, { type: "application/json" });
}

/** Hands a file on, where whoever sees it does not think better of it; saves it where nothing can be handed on. */
export async function share(file: File, title: string): Promise<void> {
  if (!canShare(file)) {
    save(file.name, file);
    return;
  }
  try {
    await navigator.share({ files: [file], title });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  }
}
