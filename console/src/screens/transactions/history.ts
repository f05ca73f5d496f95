import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";
import { Problem } from "@/api/problem";

/** What the audit chain says of a payment and of its requests to a provider. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["/transactions", id, "history"],
    queryFn: ({ signal }) => answered(client.GET("/transactions/{id}/history", { params: { path: { id } }, signal })),
    retry: (count, error) => count < 2 && Problem.from(error).isPassing,
  });
