import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";

/** What runs, on what, and how much room there is. */
export const systemQuery = queryOptions({
  queryKey: ["/system"],
  queryFn: ({ signal }) => answered(client.GET("/system", { signal })),
  refetchInterval: 10_000,
});

/** How near the centre is that this appliance follows. */
export const followingQuery = queryOptions({
  queryKey: ["/sync"],
  queryFn: ({ signal }) => answered(client.GET("/sync", { signal })),
  refetchInterval: 5_000,
});

/** Who follows this appliance. */
export const followersQuery = queryOptions({
  queryKey: ["/sync/followers"],
  queryFn: ({ signal }) => answered(client.GET("/sync/followers", { signal })),
  refetchInterval: 5_000,
});
