import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";
import type { Schema, Value } from "./fields";

/** What is in force, where each value comes from, and what may be set. Secrets are masked. */
export const configurationQuery = queryOptions({
  queryKey: ["/settings"],
  queryFn: async ({ signal }) => {
    const [{ values, sources }, schema] = await Promise.all([
      answered(client.GET("/settings", { signal })),
      answered(client.GET("/settings/schema", { signal })),
    ]);
    // What they hold is said by the schema, and what that is by JSON Schema, not by the document of the interface.
    return { values: values as { [group: string]: Value }, sources, schema: schema as Schema };
  },
  retry: false,
});

/** Whether the appliance would start with changes, and what they would change. */
export const check = (changes: Record<string, Value>) =>
  answered(client.POST("/settings/check", { body: { changes: changes as Record<string, never> } }));
