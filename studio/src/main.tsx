import { render } from "preact";
import { App } from "./ui/app";
import { settings } from "./app/memory";
import * as store from "./core/store";
import type { Made } from "./ui/stage";
import "./ui/style.css";

const search = new URLSearchParams(location.search);
const { keys, suggesting } = settings();
store.customKeys.value = keys ?? {};
store.suggesting.value = suggesting ?? true;

async function made(what: Made): Promise<void> {
  if (search.get("test") === "1") (await import("./testing")).expose(what);
}

// The picture shows that it has the focus only to those who use keys.
const { dataset } = document.documentElement;
window.addEventListener("keydown", (event) => {
  if (event.key === "Tab") dataset.keys = "";
});
window.addEventListener("pointerdown", () => delete dataset.keys);

const root = document.getElementById("app");
if (root)
  render(
    <App
      id={search.get("session")}
      participant={search.get("study")}
      onMade={(what) => void made(what)}
    />,
    root,
  );
