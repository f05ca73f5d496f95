import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Wire } from "@/api/client";
import { camerasQuery } from "@/api/queries";

const KEPT_AS = "facepay.camera";

/** The camera at which this browser works: the one used last, else the first that is live. */
export function useCamera(): {
  query: ReturnType<typeof useQuery<{ items: Wire<"Camera">[] }>>;
  camera: Wire<"Camera"> | undefined;
  choose: (id: string) => void;
} {
  const query = useQuery(camerasQuery);
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT_AS));
  const cameras = query.data?.items ?? [];
  const camera =
    cameras.find(({ id }) => id === chosen) ?? cameras.find(({ health }) => health.state === "live") ?? cameras[0];
  const choose = (id: string) => {
    localStorage.setItem(KEPT_AS, id);
    setChosen(id);
  };
  return { query, camera, choose };
}
