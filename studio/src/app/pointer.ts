// What the pointer does over the picture becomes operations, selections and strokes.

import { meaningOf, nameOf, type Target } from "../core/clicks";
import { runsOf } from "../core/frames";
import * as store from "../core/store";
import type { Handlers, Keys } from "../view/gestures";
import { outline } from "../view/region";
import type { ClickOp } from "../wire/messages";
import type { Studio } from "./studio";

const HOVER_MS = 80;
const HOVER_POINTS = 150_000; // in software, drawing more than these for a hover delays the click

type Place = { x: number; y: number };

export class Pointer implements Handlers {
  /** Where the cursor is, or the crosshair; null outside. */
  at: Place | null = null;
  backgroundKey = false;
  private hoverTimer = 0;
  private trail: Place[] = [];
  private lit: [number, number][] = [];
  private asked = 0;

  constructor(
    private readonly studio: Studio,
    private readonly shake: () => void,
  ) {}

  hover(at: Place | null): void {
    if (at) this.at = at;
    const { overlay } = this.studio;
    overlay.drawCross(null);
    if (store.tool.value === "brush" && at)
      overlay.drawRing({ ...at, radius: store.brushPixels.value });
    else overlay.drawRing(null);
    window.clearTimeout(this.hoverTimer);
    if (!at) {
      this.unlight();
      store.hint.value = "";
      return;
    }
    this.hoverTimer = window.setTimeout(() => void this.rest(at), HOVER_MS);
  }

  /** Aim with the crosshair. */
  aim(at: Place): void {
    this.hover(at);
    this.studio.overlay.drawCross(at);
  }

  /** The pointer rests: say what is there, and light up what a click would start. */
  private async rest(at: Place): Promise<void> {
    const { studio } = this;
    const { viewer, cloud } = studio;
    const i = viewer.pick(at.x, at.y);
    const label = i >= 0 ? studio.labelAt(i) : null;
    store.hint.value =
      label === null ? "" : label.object ? nameOf(label, store.rows.value) : "Unlabelled";
    const starts = label?.object === 0 && store.target.value === null;
    const isSlow = viewer.software && (cloud?.n ?? 0) > HOVER_POINTS;
    if (!starts || isSlow || this.drawing() || store.pending.value > 0) {
      this.unlight();
      return;
    }
    if (this.lit.some(([start, end]) => i >= start && i < end)) return;
    const wanted = ++this.asked;
    const found = await studio.readingsAt(i).catch(() => []);
    if (wanted !== this.asked || store.pending.value > 0) return;
    this.lit = found[found.length - 1] ?? [];
    viewer.light(this.lit);
  }

  /** Nothing is lit up any more. */
  unlight(): void {
    this.asked += 1;
    if (this.lit.length === 0) return;
    this.lit = [];
    this.studio.viewer.light([]);
  }

  click(x: number, y: number, keys: Keys, secondary: boolean, touch: boolean): void {
    const negative = secondary || keys.shift || (touch && store.removing.value);
    this.press(x, y, { negative, newPart: keys.control && !secondary });
  }

  press(x: number, y: number, how: { negative: boolean; newPart: boolean }): void {
    const point = this.studio.viewer.pick(x, y);
    window.clearTimeout(this.hoverTimer);
    this.studio.viewer.hold(); // what was lit up goes out with the answer
    this.unlight();
    if (point < 0) return;
    const merging = store.merging.value;
    const label = this.studio.labelAt(point);
    if (merging !== null) {
      store.merging.value = null;
      if (label.object > 0 && label.object !== merging)
        void this.studio.do(() => ({ op: "merge", into: merging, other: label.object }));
      else store.toast("Merging needs another object; nothing was done.");
      return;
    }
    const background = this.backgroundKey;
    if (store.trial.value && (how.newPart || !store.target.value)) {
      this.shake();
      store.toast("Choose in the task what to click on.", "error");
      return;
    }
    const decide = (): ClickOp | null => {
      const { value: asked } = store.fresh;
      const press = {
        point,
        label: this.studio.labelAt(point),
        negative: how.negative,
        newPart: how.newPart || asked === "part",
        background,
        fresh: asked === "object",
      };
      const named = (target: Target) => nameOf(target, store.rows.value);
      const meaning = meaningOf(press, store.target.value, store.locked, named);
      store.fresh.value = null;
      if (meaning.kind === "click") return meaning.op;
      if (meaning.kind === "refused") {
        this.shake();
        store.toast(meaning.text, "error");
      } else {
        store.target.value = meaning.target;
        store.announcement.value = `Selected ${named(meaning.target)}`;
      }
      return null;
    };
    if (store.connection.value === "failed") {
      store.toast("Not saved, so not taken: the server no longer has this session.", "error");
    } else if (store.pending.value > 0) {
      // what this click means depends on the target that the one before it makes
      void this.studio.click(point, how.negative, decide);
    } else {
      const op = decide();
      if (op) void this.studio.click(point, how.negative, () => op);
    }
  }

  /** Select what is under the cursor: its object, then the part, then the object again. */
  select(): void {
    if (!this.at) return;
    const i = this.studio.viewer.pick(this.at.x, this.at.y);
    const label: Target = i >= 0 ? this.studio.labelAt(i) : { object: 0, part: 0 };
    if (label.object === 0) {
      store.target.value = null;
      return;
    }
    const now = store.target.value;
    const isObject = now?.object === label.object && now.part === 0;
    store.target.value = isObject ? label : { object: label.object, part: 0 };
  }

  /** Give the whole piece under the cursor to the target: the smallest that the model knows. */
  async piece(): Promise<void> {
    const { viewer } = this.studio;
    const i = this.at ? viewer.pick(this.at.x, this.at.y) : -1;
    const [smallest] = i < 0 ? [] : await this.studio.readingsAt(i);
    if (!smallest) {
      store.toast("There is no piece under the cursor.");
      return;
    }
    const mine: number[] = [];
    for (const [start, end] of smallest) for (let k = start; k < end; k++) mine.push(k);
    this.paint(mine, false);
  }

  drawing(): boolean {
    return store.tool.value !== "click";
  }

  stroke(phase: "start" | "move" | "end" | "cancel", x: number, y: number, keys: Keys): void {
    const { overlay, viewer } = this.studio;
    if (phase === "start") this.trail = [];
    this.trail.push({ x, y });
    const isBrush = store.tool.value === "brush";
    if (phase === "move" || phase === "start") {
      overlay.drawLasso(this.trail, isBrush ? 2 * store.brushPixels.value : 0);
      if (isBrush) overlay.drawRing({ x, y, radius: store.brushPixels.value });
      return;
    }
    overlay.drawLasso([], 0);
    if (phase === "cancel" || this.trail.length < 2) return;
    const holds = outline(this.trail, isBrush ? store.brushPixels.value : null);
    const found = viewer.inside(holds, store.through.value);
    this.paint([...found], keys.shift || store.removing.value);
  }

  /** Give points to the target, or take them from it. */
  private paint(points: number[], remove: boolean): void {
    const target = store.target.value;
    if (remove && !target) {
      store.toast("Nothing is selected to take points from. Click an object first.", "error");
      return;
    }
    if (target && store.locked(target.object)) {
      this.shake();
      store.toast(`${store.targetName.value} is locked. Unlock it with K.`, "error");
      return;
    }
    const { studio } = this;
    const mine = points.filter((i) => {
      const label = studio.labelAt(i);
      const inTarget =
        label.object === target?.object && (target.part === 0 || label.part === target.part);
      if (remove) return inTarget;
      if (inTarget && label.part === target?.part) return false;
      return store.overwrite.value || label.object === 0 || label.object === target?.object;
    });
    if (mine.length === 0) {
      const why = store.overwrite.value ? "" : " Points of other objects stay: see “overwrite”.";
      store.toast(`No points to change there.${why}`);
      return;
    }
    const runs = runsOf(mine);
    void studio
      .do(() => {
        if (!remove) return { op: "paint", object: target?.object ?? null, part: target?.part ?? 0, runs };
        // points taken from a part stay with its object
        return { op: "paint", object: target?.part ? target.object : 0, part: 0, runs };
      })
      .then((ack) => {
        if (ack?.object && !remove) store.target.value = { object: ack.object, part: ack.part ?? 0 };
      });
  }

  wheel(delta: number, keys: Keys): boolean {
    const step = delta > 0 ? -1 : 1;
    if (keys.alt && store.readings.value) {
      this.studio.chooseReading(store.readings.value.chosen + step);
      return true;
    }
    if (keys.shift && store.tool.value === "brush") {
      const size = store.brushPixels.value * (step > 0 ? 1.15 : 1 / 1.15);
      store.brushPixels.value = Math.min(150, Math.max(4, size));
      this.hover(this.at);
      return true;
    }
    return false;
  }

  moved(): void {
    window.clearTimeout(this.hoverTimer);
  }
}
