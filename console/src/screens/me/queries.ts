import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, type Wire } from "@/api/client";
import { queryClient } from "@/api/queries";
import { device, payer } from "./device";
import { kept } from "./kept";

const PAGE = 50;
/** How soon an appliance that was away is asked again. */
const AGAIN_MS = 10_000;
const ROOT = "payer";

const again = (told: { isOld: boolean } | undefined): number | false => (told?.isOld ? AGAIN_MS : false);

export const ownQuery = queryOptions({
  queryKey: [ROOT, "own"],
  queryFn: () =>
    kept.told("own", async () => {
      const { csrf, ...own } = await answered(payer.GET("/payer"));
      device.learn(csrf);
      return own;
    }),
  retry: false,
  refetchInterval: (query) => again(query.state.data),
});

/** How it stands with the person whose device this is. */
export type Own = Omit<Wire<"OwnStanding">, "csrf">;

export const receiptsQuery = infiniteQueryOptions({
  queryKey: [ROOT, "receipts"],
  queryFn: ({ pageParam }) => {
    const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
    return kept.receipts(() => answered(payer.GET("/payer/receipts", { params: { query } })), !pageParam);
  },
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.next_cursor,
  retry: false,
  refetchInterval: (query) => again(query.state.data?.pages[0]),
});

export const receiptQuery = (id: string) =>
  queryOptions({
    queryKey: [ROOT, "receipt", id],
    queryFn: () => kept.receipt(id, () => answered(payer.GET("/payer/receipts/{id}", { params: { path: { id } } }))),
    retry: false,
    refetchInterval: (query) => again(query.state.data),
  });

export const keyQuery = queryOptions({
  queryKey: [ROOT, "key"],
  queryFn: async () => (await kept.key()) ?? null,
  staleTime: Number.POSITIVE_INFINITY,
});

export const consentsQuery = queryOptions({
  queryKey: [ROOT, "consents"],
  queryFn: () => kept.told("consents", async () => (await answered(payer.GET("/payer/consents"))).items),
  retry: false,
  refetchInterval: (query) => again(query.state.data),
});

export const devicesQuery = queryOptions({
  queryKey: [ROOT, "devices"],
  queryFn: async () => (await answered(payer.GET("/payer/devices"))).items,
  retry: false,
});

/** What changed is asked for anew. */
export function renew(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [ROOT] });
}

/** What was kept of whoever was signed in before is gone. */
export async function clear(): Promise<void> {
  await kept.clear();
  await queryClient.cancelQueries({ queryKey: [ROOT] });
  queryClient.removeQueries({ queryKey: [ROOT] });
}

/** This device knows nobody any more. */
export async function forget(): Promise<void> {
  if (!device.isOut()) device.forget();
  await clear();
}
