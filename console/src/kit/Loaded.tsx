import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./Failure";
import { Waiting } from "./Waiting";

interface Props<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "isPending" | "refetch">;
  /** Lines of the placeholder. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** What a query gave; a placeholder before, and why not where it failed. What was there before stays while it is asked for anew. */
export function Loaded<T>({ query, lines, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Waiting lines={lines} />;
}
