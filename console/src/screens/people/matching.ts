import type { Wire } from "@/api/client";

/** The people whose name, address or id has every word that was typed; capitals and accents don't count. */
export function matching(people: Wire<"User">[], wanted: string): Wire<"User">[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  if (words.length === 0) return people;
  return people.filter((person) => {
    const text = plain(`${person.name} ${person.email ?? ""} ${person.id}`);
    return words.every((word) => text.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
