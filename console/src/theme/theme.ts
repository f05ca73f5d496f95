import { createTheme, defaultVariantColorsResolver, Drawer, Modal, type VariantColorsResolver } from "@mantine/core";

/** Buttons of the primary colour are ink on paper, and paper on ink in the dark. */
const variantColorResolver: VariantColorsResolver = (input) => {
  if (input.color !== undefined && input.color !== "ink") return toned(input);
  if (input.variant === "filled") return paint("var(--primary)", "var(--primary-hover)", "var(--on-primary)");
  if (input.variant === "light") return paint("var(--accent-soft)", "var(--accent-soft)", "var(--accent)");
  if (input.variant === "subtle") return paint("transparent", "var(--sunken)", "var(--ink)");
  return defaultVariantColorsResolver(input);
};

const toned: VariantColorsResolver = (input) => {
  const tone = { red: "bad", green: "good", yellow: "warn", blue: "accent" }[String(input.color)];
  if (!tone) return defaultVariantColorsResolver(input);
  if (input.variant === "filled") return paint(`var(--${tone})`, `var(--${tone})`, "var(--card)");
  return paint(input.variant === "light" ? `var(--${tone}-soft)` : "transparent", `var(--${tone}-soft)`, `var(--${tone})`);
};

function paint(background: string, hover: string, color: string) {
  return { background, hover, color, border: "1px solid transparent" };
}

const INK = ["#f6f7f9", "#e1e4e9", "#c9ced6", "#a9b1be", "#76808f", "#555d69", "#14171c", "#14171c", "#0e1116", "#08090c"] as const;

export const theme = createTheme({
  primaryColor: "ink",
  colors: { ink: INK },
  defaultRadius: "md",
  fontFamily: "var(--font-sans)",
  cursorType: "pointer",
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    // Locking by a style element would be refused by the content security policy; theme/mantine.css does it.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, radius: "lg" } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
  },
});
