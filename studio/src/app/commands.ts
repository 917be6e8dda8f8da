// What keys and buttons do, by the names in `core/keys.ts`.

import { batch } from "@preact/signals-core";
import { Vector3 } from "three";
import { bindings, combination } from "../core/keys";
import type { Target } from "../core/clicks";
import * as store from "../core/store";
import { MODES } from "../view/shaders";
import type { Pointer } from "./pointer";
import type { Studio } from "./studio";

const AROUND = 1.7; // a target is seen with what stands round it
const PITCH_DOWN = -Math.PI / 2 + 0.002;

export class Commands {
  constructor(
    private readonly studio: Studio,
    private readonly pointer: Pointer,
  ) {}

  /** Do a command; false if there is none of that name. */
  run(id: string): boolean {
    const { viewer } = this.studio;
    const target = store.target.value;
    switch (id) {
      case "undo":
        this.undo();
        return true;
      case "redo":
        void this.studio.do(() => (store.state.value?.redo ? { op: "redo" } : null));
        return true;
      case "smaller":
      case "larger":
        if (store.readings.value)
          this.studio.chooseReading(store.readings.value.chosen + (id === "larger" ? 1 : -1));
        return true;
      case "select":
        this.pointer.select();
        return true;
      case "accept":
        this.accept();
        return true;
      case "drop":
        this.drop();
        return true;
      case "new-object":
        if (store.trial.value) return true;
        batch(() => {
          store.target.value = null;
          store.readings.value = null;
          store.fresh.value = "object";
        });
        return true;
      case "new-part":
        if (target && !store.trial.value)
          store.fresh.value = store.fresh.value === "part" ? null : "part";
        return true;
      case "piece":
        void this.pointer.piece();
        return true;
      case "rename":
        if (target) store.renaming.value = store.rowKey(target);
        return true;
      case "hide":
        if (target) this.toggleHidden(target);
        return true;
      case "isolate":
        this.toggleIsolated(target?.object ?? null);
        return true;
      case "show-all":
        if (store.someHidden.value) void this.studio.do(() => ({ op: "show" }));
        return true;
      case "lock":
        if (target) this.toggleLock(target.object);
        return true;
      case "delete":
        if (target) this.remove(target);
        return true;
      case "merge":
        this.merge();
        return true;
      case "frame":
        if (target) this.look(target);
        else viewer.fly(viewer.overview());
        return true;
      case "frame-all":
        viewer.fly(viewer.overview());
        return true;
      case "view-top":
        viewer.fly(viewer.camera.framing(viewer.sample(() => true), 1, 0, PITCH_DOWN));
        return true;
      case "view-front":
        viewer.fly(viewer.camera.framing(viewer.sample(() => true), 1, 0, 0));
        return true;
      case "view-side":
        viewer.fly(viewer.camera.framing(viewer.sample(() => true), 1, Math.PI / 2, 0));
        return true;
      case "ortho":
        viewer.camera.ortho = !viewer.camera.ortho;
        viewer.invalidate();
        return true;
      case "colours":
      case "colours-back":
        this.nextMode(id === "colours" ? 1 : -1);
        return true;
      case "shading":
        store.shading.value = !store.shading.value;
        return true;
      case "next":
        this.nextSuggestion();
        return true;
      case "lasso":
      case "brush":
        store.tool.value = store.tool.value === id ? "click" : id;
        this.pointer.hover(this.pointer.at);
        return true;
      case "crosshair":
        store.crosshair.value = !store.crosshair.value;
        return true;
      case "export":
      case "report":
      case "help":
        store.dialog.value = store.dialog.value === id ? null : id;
        return true;
    }
    return false;
  }

  private undo(): void {
    void this.studio.do(() => {
      const undone = store.state.value?.undo;
      if (!undone) return null;
      store.readings.value = null;
      return { op: "undo" };
    });
  }

  private accept(): void {
    if (store.trial.value) return; // its targets are chosen in the task
    const target = store.target.value;
    store.readings.value = null;
    store.target.value = target?.part ? { object: target.object, part: 0 } : null;
  }

  private drop(): void {
    if (store.dialog.value) store.dialog.value = null;
    else if (store.merging.value !== null) store.merging.value = null;
    else if (store.tool.value !== "click") store.tool.value = "click";
    else this.accept();
  }

  toggleHidden(target: Target): void {
    const { object, part } = target;
    const hidden = !store.hidden.value.has(store.rowKey(target));
    void this.studio.do(() => ({ op: "hide", object, part: part || null, hidden }));
  }

  private toggleIsolated(wanted: number | null): void {
    const now = store.isolated.value;
    const object = wanted === now ? null : wanted;
    if (object !== now) void this.studio.do(() => ({ op: "isolate", object }));
  }

  toggleLock(object: number): void {
    const locked = !store.locked(object);
    void this.studio.do(() => ({ op: "lock", object, locked }));
  }

  remove(target: Target): void {
    const { object, part } = target;
    void this.studio
      .do(() => ({ op: "delete", object, part: part || null }))
      .then((ack) => {
        if (ack) store.toast(`Deleted. Ctrl+Z brings it back.`);
      });
  }

  rename(target: Target, name: string): void {
    const { object, part } = target;
    void this.studio.do(() => ({ op: "rename", object, part: part || null, name }));
  }

  private merge(): void {
    const target = store.target.value;
    if (!target) return;
    store.merging.value = target.object;
    store.toast("Click the object to merge into this one (Esc: leave it).");
  }

  mergeInto(into: number, other: number): void {
    store.merging.value = null;
    if (into !== other) void this.studio.do(() => ({ op: "merge", into, other }));
  }

  look(target: Target): void {
    const { viewer, cloud } = this.studio;
    if (!cloud) return;
    const points = viewer.sample(
      (i) =>
        cloud.object[i] === target.object && (target.part === 0 || cloud.part[i] === target.part),
    );
    if (points.length) viewer.fly(viewer.camera.framing(points, AROUND));
  }

  private nextMode(step: number): void {
    const { cloud } = this.studio;
    const able = MODES.filter((m) => (m === "rgb" ? cloud?.hasColour : m !== "normals" || cloud?.normals));
    const at = able.indexOf(store.mode.value);
    store.mode.value = able[(at + step + able.length) % able.length];
    store.announcement.value = `Colours: ${store.mode.value}`;
  }

  nextSuggestion(): void {
    const { viewer, cloud } = this.studio;
    const first = store.state.value?.suggestions[0];
    if (first === undefined || !cloud || first >= cloud.n) return;
    const distance = Math.max(cloud.spacing * 60, Math.min(viewer.camera.distance, 1.2));
    viewer.fly(viewer.camera.facing(viewer.position(first), distance));
  }

  /** Keys of the whole page. */
  listen(canvas: HTMLElement): () => void {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    window.addEventListener("keydown", (event) => this.key(event, canvas), options);
    window.addEventListener(
      "keyup",
      (event) => {
        if (event.key.toLowerCase() === "b") this.pointer.backgroundKey = false;
      },
      options,
    );
    window.addEventListener("blur", () => (this.pointer.backgroundKey = false), options);
    return () => stop.abort();
  }

  private key(event: KeyboardEvent, canvas: HTMLElement): void {
    const from = event.target as HTMLElement;
    if (from.matches("input:not([type=range]):not([type=checkbox]), textarea, select")) return;
    const name = combination(event);
    const command = bindings(store.customKeys.value).get(name);
    if (store.dialog.value && command !== "drop" && command !== store.dialog.value) return;
    const onControl = from !== canvas && from.matches("button, input, summary, a, [role=treeitem]");
    if (onControl && /^(Enter|Space|Arrow|Home|End)/.test(name)) return;
    if (name === "B") this.pointer.backgroundKey = true;
    if (from === canvas && this.steer(event)) {
      event.preventDefault();
      return;
    }
    if (/^\d$/.test(name)) {
      const row = store.rows.value[Number(name) - 1];
      if (row) store.target.value = { object: row.object, part: 0 };
      return;
    }
    if (command && this.run(command)) event.preventDefault();
  }

  /** Arrows, flying and the crosshair; true if the key was one of theirs. */
  private steer(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { viewer, cloud } = this.studio;
    const { camera } = viewer;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (arrow && store.crosshair.value) {
      const step = event.shiftKey ? 10 : 1;
      const at = this.pointer.at ?? viewer.middle();
      const clamp = (v: number, most: number) => Math.min(most, Math.max(0, v));
      const { x: w, y: h } = viewer.middle();
      this.pointer.aim({
        x: clamp(at.x + arrow[0] * step, 2 * w),
        y: clamp(at.y + arrow[1] * step, 2 * h),
      });
      return true;
    }
    if (event.key === "Enter" && store.crosshair.value) {
      const at = this.pointer.at ?? viewer.middle();
      this.pointer.press(at.x, at.y, { negative: event.shiftKey, newPart: false });
      return true;
    }
    if (arrow) {
      const middle = viewer.middle();
      const i = viewer.pick(middle.x, middle.y);
      const about = i >= 0 ? viewer.position(i) : camera.at(0, 0, camera.distance);
      camera.orbit(about, -arrow[0] * 0.08, -arrow[1] * 0.08);
      viewer.moving();
      return true;
    }
    const fly = { w: [0, 1, 0], s: [0, -1, 0], a: [-1, 0, 0], d: [1, 0, 0], q: [0, 0, -1], e: [0, 0, 1] }[
      event.key.toLowerCase()
    ];
    if (fly && cloud && !event.shiftKey) {
      const size = new Vector3(...cloud.high).distanceTo(new Vector3(...cloud.low));
      const step = Math.min(0.5, size / 20);
      camera.move(fly[0] * step, fly[1] * step, fly[2] * step);
      viewer.moving();
      return true;
    }
    return false;
  }
}
