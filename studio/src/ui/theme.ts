// Dark or light: the system's choice until the person makes one.

import { effect, signal } from "@preact/signals";
import { setSetting, settings } from "../app/memory";

const prefersLight = matchMedia("(prefers-color-scheme: light)");

export const theme = signal<"dark" | "light">(
  settings().theme ?? (prefersLight.matches ? "light" : "dark"),
);

prefersLight.addEventListener("change", () => {
  if (!settings().theme) theme.value = prefersLight.matches ? "light" : "dark";
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  setSetting({ theme: theme.value });
}
