import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { statusQuery } from "@/api/queries";
import { SignIn } from "@/screens/login/SignIn";
import { useGrant } from "@/session/session";
import { Shell } from "./Shell";

/** The console for who is signed in, else the way in. */
export function Gate() {
  const grant = useGrant();
  const queries = useQueryClient();
  useEffect(() => {
    // What one person saw is not kept for the next.
    if (!grant) queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== statusQuery.queryKey[0] });
  }, [grant, queries]);
  return grant ? <Shell /> : <SignIn />;
}
