import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";

/** What runs, on what, and how much room there is. */
export const systemQuery = queryOptions({
  queryKey: ["/system"],
  queryFn: ({ signal }) => answered(client.GET("/system", { signal })),
  refetchInterval: 10_000,
});

/** What the appliance finds out about its machine. Looked at once, and again when somebody asks: each look is some work. */
export const findingsQuery = queryOptions({
  queryKey: ["/system/doctor"],
  queryFn: ({ signal }) => answered(client.GET("/system/doctor", { signal })),
  staleTime: 60_000,
});

/** The backups there are; looked at often while one is being made. */
export const backupsQuery = queryOptions({
  queryKey: ["/system/backups"],
  queryFn: ({ signal }) => answered(client.GET("/system/backups", { signal })),
  refetchInterval: ({ state }) => (state.data?.making ? 2_000 : 60_000),
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
