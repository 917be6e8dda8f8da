import { defineConfig } from "vite";

// The page is part of the Python package: the server hands it out from `static`.
export default defineConfig({
  base: "/",
  build: {
    outDir: "../src/pinpoint3d/server/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { "/api": { target: "http://127.0.0.1:8331", ws: true } },
  },
});
