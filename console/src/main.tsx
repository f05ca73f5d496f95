import "./theme/layers.css";
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "./theme/tokens.css";
import "./theme/mantine.css";
import "./theme/high-contrast.css";
import "./theme/base.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startI18n } from "./i18n/i18n";
import { applyContrast } from "./theme/contrast";

applyContrast();
await startI18n();
createRoot(document.getElementById("root")!).render(<App />);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Without it the console works all the same, only not when the appliance is away.
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
