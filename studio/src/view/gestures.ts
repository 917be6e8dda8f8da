// From pointers and wheels to meanings. A press is a click until it moves too far.

import { Vector3 } from "three";
import type { Viewer } from "./viewer";

const DRAG_PX = { mouse: 5, touch: 12, pen: 8 } as Record<string, number>;
const LONG_PRESS_MS = 500;

export interface Keys {
  shift: boolean;
  control: boolean;
  alt: boolean;
}

export interface Handlers {
  /** The pointer rests or moves here without a button; null when it left. */
  hover(at: { x: number; y: number } | null): void;
  click(x: number, y: number, keys: Keys, secondary: boolean, touch: boolean): void;
  /** Is a left drag a stroke (lasso, brush) rather than a turn of the camera? */
  drawing(): boolean;
  stroke(phase: "start" | "move" | "end" | "cancel", x: number, y: number, keys: Keys): void;
  /** Wheel with a modifier; true if it was used. */
  wheel(delta: number, keys: Keys): boolean;
  moved(): void;
}

interface Finger {
  x: number;
  y: number;
}

export function listen(viewer: Viewer, element: HTMLElement, handlers: Handlers): () => void {
  const fingers = new Map<number, Finger>();
  let press: { x: number; y: number; button: number; type: string; keys: Keys } | null = null;
  let drag: "none" | "orbit" | "pan" | "stroke" = "none";
  let pivot = new Vector3();
  let timer = 0;
  let pinch = 0;
  const stop = new AbortController();
  const options = { signal: stop.signal };

  const place = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const keysOf = (event: MouseEvent): Keys => ({
    shift: event.shiftKey,
    control: event.ctrlKey || event.metaKey,
    alt: event.altKey,
  });

  /** What is under the cursor, or the middle of the scene's depth there. */
  const anchor = (x: number, y: number): Vector3 => {
    const i = viewer.pick(x, y);
    if (i >= 0) return viewer.position(i);
    const [w, h] = [element.clientWidth, element.clientHeight];
    return viewer.camera.at((2 * x) / w - 1, 1 - (2 * y) / h, viewer.camera.distance);
  };

  element.addEventListener(
    "pointerdown",
    (event) => {
      if (event.target instanceof HTMLElement && event.target.closest("button, input")) return;
      const at = place(event);
      viewer.stopFlight();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, at);
      window.clearTimeout(timer);
      if (fingers.size === 2) {
        if (drag === "stroke") handlers.stroke("cancel", at.x, at.y, keysOf(event));
        press = null;
        drag = "none";
        const [a, b] = [...fingers.values()];
        pinch = Math.hypot(a.x - b.x, a.y - b.y);
        pivot = anchor((a.x + b.x) / 2, (a.y + b.y) / 2);
        return;
      }
      if (fingers.size > 2) return;
      press = { ...at, button: event.button, type: event.pointerType, keys: keysOf(event) };
      drag = "none";
      pivot = anchor(at.x, at.y);
      if (event.pointerType === "touch" && !handlers.drawing())
        timer = window.setTimeout(() => {
          if (!press || drag !== "none") return;
          const { x, y, keys } = press;
          press = null;
          handlers.click(x, y, keys, true, true);
        }, LONG_PRESS_MS);
    },
    options,
  );

  element.addEventListener(
    "pointermove",
    (event) => {
      const at = place(event);
      const before = fingers.get(event.pointerId);
      if (!before) {
        handlers.hover(at);
        return;
      }
      fingers.set(event.pointerId, at);
      if (fingers.size === 2) {
        const [a, b] = [...fingers.values()];
        const apart = Math.hypot(a.x - b.x, a.y - b.y);
        if (pinch > 0 && apart > 0) viewer.camera.zoom(pivot, pinch / apart);
        pinch = apart;
        const depth = viewer.camera.depthOf(pivot);
        viewer.camera.pan((at.x - before.x) / 2, (at.y - before.y) / 2, depth, element.clientHeight);
        changed();
        return;
      }
      if (!press) return;
      if (drag === "none") {
        const limit = DRAG_PX[press.type] ?? 5;
        if (Math.hypot(at.x - press.x, at.y - press.y) <= limit) return;
        window.clearTimeout(timer);
        const left = press.button === 0;
        if (left && handlers.drawing()) {
          drag = "stroke";
          handlers.stroke("start", press.x, press.y, press.keys);
        } else drag = left && !press.keys.shift ? "orbit" : "pan";
        handlers.hover(null);
      }
      const [dx, dy] = [at.x - before.x, at.y - before.y];
      if (drag === "stroke") handlers.stroke("move", at.x, at.y, keysOf(event));
      else if (drag === "orbit") viewer.camera.orbit(pivot, -dx * 0.006, -dy * 0.006);
      else viewer.camera.pan(dx, dy, viewer.camera.depthOf(pivot), element.clientHeight);
      if (drag !== "stroke") changed();
    },
    options,
  );

  const release = (event: PointerEvent, cancelled: boolean) => {
    const at = place(event);
    window.clearTimeout(timer);
    const known = fingers.delete(event.pointerId);
    if (!known || !press) return;
    const { x, y, button, keys, type } = press;
    press = null;
    if (drag === "stroke") handlers.stroke(cancelled ? "cancel" : "end", at.x, at.y, keysOf(event));
    else if (drag === "none" && !cancelled && button !== 1)
      // macOS sends a secondary click for Ctrl+left
      handlers.click(x, y, keys, button === 2, type === "touch");
    drag = "none";
  };
  element.addEventListener("pointerup", (event) => release(event, false), options);
  element.addEventListener("pointercancel", (event) => release(event, true), options);
  element.addEventListener("pointerleave", () => handlers.hover(null), options);
  element.addEventListener("contextmenu", (event) => event.preventDefault(), options);

  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY || event.deltaX;
      if (handlers.wheel(step, keysOf(event))) return;
      viewer.stopFlight();
      const at = place(event);
      const factor = Math.exp(Math.max(-120, Math.min(120, step)) * (event.ctrlKey ? 0.01 : 0.0016));
      viewer.camera.zoom(anchor(at.x, at.y), factor);
      changed();
    },
    { passive: false, signal: stop.signal },
  );

  function changed(): void {
    viewer.moving();
    handlers.moved();
  }

  return () => stop.abort();
}
