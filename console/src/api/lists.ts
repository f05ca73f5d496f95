import { answered, client } from "./client";
import type { paths } from "./schema";

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

/** An address that answers with one page of a list. */
export type ListPath = { [Path in keyof paths]: Answer<Path> extends { items: unknown[]; next_cursor?: string } ? Path : never }[keyof paths];

/** What a list holds. */
export type ItemOf<Path extends ListPath> = Answer<Path> extends { items: (infer Item)[] } ? Item : never;

export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

type Query<Path extends ListPath> = paths[Path] extends { get: { parameters: { query?: infer Asked } } } ? NonNullable<Asked> : never;

export interface Listing<Path extends ListPath> {
  query?: Query<Path>;
  path?: Record<string, string>;
  signal?: AbortSignal;
}

/** One page of a list. */
export function page<Path extends ListPath>(path: Path, listing: Listing<Path> = {}): Promise<Page<ItemOf<Path>>> {
  const { signal, ...params } = listing;
  // The generator's types don't follow a path that is a parameter.
  const request = client.GET(path as "/users", { params: params as { query?: never }, signal: signal ?? null });
  return answered(request) as unknown as Promise<Page<ItemOf<Path>>>;
}
