import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";

/** What runs, on what, and how much room there is. */
export const systemQuery = queryOptions({
  queryKey: ["/system"],
  queryFn: ({ signal }) => answered(client.GET("/system", { signal })),
  refetchInterval: 10_000,
});
