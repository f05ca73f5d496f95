import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

// Where `npm run dev` finds a running appliance.
const appliance = loadEnv("development", ".", "FACEPAY_")["FACEPAY_URL"] ?? "http://127.0.0.1:18080";

// The pages that the console answers for, with what may follow them; every other path is the appliance's own, also with the service worker active.
const PAGES = [/^\/$/, /^\/console(\/|$)/, /^\/(kiosk|me)(\?|$)/];

// The service worker has nothing to say about the interface. Where a browser can be told so, what is asked there goes past it: a wall of cameras asks often.
const DIRECT = 'addEventListener("install", (event) => event.addRoutes?.({ condition: { urlPattern: "/v1/*" }, source: "network" }));\n';
const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(DIRECT)));
const DIRECT_FILE = `assets/direct-${Array.from(digest.slice(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("")}.js`;

function direct(): Plugin {
  return {
    name: "direct",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: DIRECT_FILE, source: DIRECT });
    },
  };
}

// As core/server/src/api/console.rs has it.
const POLICY =
  "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export default defineConfig({
  plugins: [
    react(),
    direct(),
    VitePWA({
      registerType: "autoUpdate",
      injectRegister: false,
      manifest: {
        name: "FacePay",
        short_name: "FacePay",
        description: "Console of a face-recognition payment appliance",
        start_url: "/console",
        scope: "/",
        display: "standalone",
        background_color: "#f6f7f9",
        theme_color: "#14171c",
        icons: [
          { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
          { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        // One file with a name that stays.
        inlineWorkboxRuntime: true,
        importScripts: [`/${DIRECT_FILE}`],
        navigateFallback: "/index.html",
        navigateFallbackAllowlist: PAGES,
        globPatterns: ["**/*.{js,css,html,svg,woff2,safetensors}"],
        cleanupOutdatedCaches: true,
        clientsClaim: true,
        skipWaiting: true,
        sourcemap: false,
      },
    }),
  ],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  assetsInclude: ["**/*.safetensors"],
  worker: { format: "es" },
  build: {
    target: "es2023",
    // A module preload needs no inline script, and no asset becomes a data: address, so that the policy can stay strict.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    strictPort: true,
    fs: { allow: [".."] },
    proxy: {
      "/v1": { target: appliance, ws: true, changeOrigin: false },
      "/docs": appliance,
      "/openapi.json": appliance,
    },
  },
  // The build as the appliance serves it, with its policy, so that what it would refuse is refused here.
  preview: {
    port: 4173,
    strictPort: true,
    headers: { "content-security-policy": POLICY },
    proxy: { "/v1": { target: appliance, ws: true }, "/docs": appliance, "/openapi.json": appliance },
  },
});
