import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { userQuery } from "@/api/queries";
import { Trouble } from "@/kit/Trouble";

/** Stops a person's payments for now, or lets them pay again. */
export function Status({ person }: { person: Wire<"User"> }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const next = person.status === "active" ? "blocked" : "active";
  const change = useMutation({
    mutationFn: () =>
      answered(client.PATCH("/users/{id}", { params: { path: { id: person.id } }, body: { status: next } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: userQuery(person.id).queryKey }),
  });
  return (
    <>
      <Button variant="default" loading={change.isPending} onClick={() => change.mutate()}>
        {t(next === "blocked" ? "people.suspend" : "people.resume")}
      </Button>
      <Trouble error={change.error} />
    </>
  );
}
