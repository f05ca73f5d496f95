import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { statusQuery } from "@/api/queries";
import { Waiting } from "@/kit/Waiting";
import { SignIn } from "@/screens/login/SignIn";
import { useGrant } from "@/session/session";
import { Shell } from "./Shell";

const TotpGate = lazy(async () => ({ default: (await import("@/screens/login/TotpGate")).TotpGate }));

/** The console for who is signed in, else the way in. */
export function Gate() {
  const grant = useGrant();
  const queries = useQueryClient();
  useEffect(() => {
    // What one person saw is not kept for the next.
    if (!grant) queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== statusQuery.queryKey[0] });
  }, [grant, queries]);
  if (!grant) return <SignIn />;
  if (!grant.totpRequired) return <Shell />;
  return (
    <Suspense fallback={<Waiting />}>
      <TotpGate />
    </Suspense>
  );
}
