import { infiniteQueryOptions } from "@tanstack/react-query";
import { page } from "@/api/lists";

export const stateHistoryQuery = (camera: string) =>
  infiniteQueryOptions({
    queryKey: ["/cameras", camera, "history"],
    queryFn: ({ pageParam, signal }) =>
      page("/cameras/{id}/health/history", { path: { id: camera }, query: { ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
  });
