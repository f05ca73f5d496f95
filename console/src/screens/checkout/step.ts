import type { Wire } from "@/api/client";
import type { useCheckout } from "@/pay/useCheckout";

/** What every step of a sale is given. */
export interface Step {
  checkout: Wire<"Checkout">;
  sale: ReturnType<typeof useCheckout>;
}
