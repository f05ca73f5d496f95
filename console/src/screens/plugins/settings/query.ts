import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "@/api/client";
import type { Value } from "@/screens/settings/configuration/fields";
import type { Schema } from "./form";

const of = (id: string) => ({ params: { path: { id } } });

/** What a plugin is set to and may be set to. Secrets are not in it. */
export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["/plugins/{id}/settings", id],
    queryFn: async ({ signal }) => {
      const told = await answered(client.GET("/plugins/{id}/settings", { ...of(id), signal }));
      // What it holds is said by JSON Schema, not by the document of the interface.
      return { ...told, schema: told.schema as Schema };
    },
  });

/** Whether the plugin goes to work with changes, and what they would change. */
export const check = (id: string, changes: Record<string, Value>) =>
  answered(client.POST("/plugins/{id}/settings/check", { ...of(id), body: { changes: changes as Record<string, never> } }));
