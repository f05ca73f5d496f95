import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import { type Listing, type ListPath, page } from "./lists";
import { Problem } from "./problem";

const RETRIES_MAX = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Browsers say that there is no network where the appliance is the very same machine, or in a house without one.
      networkMode: "always",
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < RETRIES_MAX && Problem.from(error).isPassing,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** A short list, read whole as one page. */
export function listQuery<Path extends ListPath>(path: Path, listing: Omit<Listing<Path>, "signal"> = {}) {
  return queryOptions({
    queryKey: [path, listing],
    queryFn: ({ signal }) => page(path, { ...listing, signal }),
  });
}

/** A long list, page by page. */
export function pagesQuery<Path extends ListPath>(path: Path, query: Listing<Path>["query"] = undefined) {
  return infiniteQueryOptions({
    queryKey: [path, "pages", query],
    queryFn: ({ pageParam, signal }) => page(path, { query: { limit: 200, ...(query as object), cursor: pageParam } as never, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
  });
}

const byId = (id: string) => ({ params: { path: { id } } });

export const camerasQuery = queryOptions({ ...listQuery("/cameras"), refetchInterval: 2_000 });

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: () => answered(client.GET("/health")),
  refetchInterval: 10_000,
});

export const readinessQuery = queryOptions({
  queryKey: ["readiness"],
  // 503 is an answer here: not ready, and why.
  queryFn: async ({ signal }) => {
    const { data, error, response } = await client.GET("/readyz", { params: { query: { verbose: "" } }, signal });
    const told = data ?? (error as unknown as typeof data);
    if (told && "ready" in told) return told;
    throw Problem.of(response, error);
  },
  refetchInterval: 5_000,
});

export const modelChangeQuery = queryOptions({
  queryKey: ["/model-change"],
  queryFn: () => answered(client.GET("/model-change")),
  retry: false,
});

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ["/users", id], queryFn: () => answered(client.GET("/users/{id}", byId(id))) });

export const facePaymentQuery = (id: string) =>
  queryOptions({
    queryKey: ["/users", id, "face-payment"],
    queryFn: () => answered(client.GET("/users/{id}/face-payment", byId(id))),
  });

export const transactionQuery = (id: string) =>
  queryOptions({
    queryKey: ["/transactions", id],
    queryFn: () => answered(client.GET("/transactions/{id}", byId(id))),
  });

export const receiptQuery = (id: string) =>
  queryOptions({ queryKey: ["/receipts", id], queryFn: () => answered(client.GET("/receipts/{id}", byId(id))) });

export const checkoutQuery = (id: string) =>
  queryOptions({
    queryKey: ["/checkouts", id],
    queryFn: () => answered(client.GET("/checkouts/{id}", byId(id))),
    refetchInterval: 1_000,
    staleTime: 0,
  });

export const enrolmentQuery = (camera: string) =>
  queryOptions({
    queryKey: ["/cameras", camera, "enrolment"],
    queryFn: () => answered(client.GET("/cameras/{id}/enrolment", byId(camera))),
    refetchInterval: 300,
    retry: false,
  });
