import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Page } from "@/api/lists";
import { read } from "@/api/read";

/** A change of a camera's state. */
export interface StateChange {
  at: string;
  from?: string;
  state: string;
  reason: string;
}

export const stateHistoryQuery = (camera: string) =>
  infiniteQueryOptions({
    queryKey: ["/cameras", camera, "history"],
    queryFn: ({ pageParam, signal }) =>
      read<Page<StateChange>>(`/cameras/${encodeURIComponent(camera)}/health/history`, { cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
  });
