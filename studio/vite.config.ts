import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Lays a packed copy beside each script and style sheet: the server sends it as it is. */
const packed: Plugin = {
  name: "packed",
  writeBundle(options, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const path = join(options.dir ?? "", name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

const BUNDLED = ["three", "preact", "@preact/signals", "@preact/signals-core"];

/** The licences of what is bundled, as they ask for. */
const licences: Plugin = {
  name: "licences",
  writeBundle(options) {
    const texts = BUNDLED.map((name) => {
      const text = readFileSync(join("node_modules", name, "LICENSE"), "utf-8");
      return `${name}\n\n${text.trim()}\n`;
    });
    writeFileSync(join(options.dir ?? "", "licences.txt"), texts.join("\n\n"));
  },
};

// The page is part of the Python package: the server hands it out from `static`.
export default defineConfig({
  base: "/",
  plugins: [packed, licences],
  build: {
    outDir: "../src/pinpoint3d/server/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 700,
  },
});
