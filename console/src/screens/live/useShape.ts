import { useQuery } from "@tanstack/react-query";
import { camerasQuery } from "@/api/queries";

/** The shape of a camera's pictures, width by height. */
export function useShape(camera: string): number {
  const { data } = useQuery({
    ...camerasQuery,
    // Nothing else of a camera matters here, and its figures are new every two seconds.
    select: ({ items }) => {
      const health = items.find(({ id }) => id === camera)?.health;
      return (health?.width || 640) / (health?.height || 480);
    },
  });
  return data ?? 4 / 3;
}
