// Holds a session together: what the server sends goes to the store and the picture, what the
// person does goes to the server.

import { batch, effect } from "@preact/signals-core";
import { makeCloud, type Cloud, type Labels } from "../core/cloud";
import { nameOf, type Target } from "../core/clicks";
import { applyLabels, framesIn, maskRuns, type Frame } from "../core/frames";
import { css, slotsFor } from "../core/palette";
import * as store from "../core/store";
import { confidence, level, readings } from "../net/api";
import { Connection, OpError } from "../net/connection";
import type { Listener } from "../net/connection";
import { Overlay, type Mark } from "../view/overlay";
import type { Viewer, Visibility } from "../view/viewer";
import { Kind } from "../wire/messages";
import type { Ack, ClickOp, Op, SceneInfo, ServerMessage, State } from "../wire/messages";
import { recall, remember } from "./memory";

export class Studio implements Listener {
  cloud: Cloud | null = null;
  readonly connection: Connection;
  /** Runs of each reading of the last click. */
  private readingRuns: [number, number][][] = [];
  private labels: Labels | null = null;
  private lastClick: { rev: number; op: ClickOp } | null = null;
  private earlyReadings: Frame | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  /** Clicks that are not answered yet; their revision once they are on disk. */
  private pendingMarks: { mark: Mark; rev: number }[] = [];
  private loading = "";

  constructor(
    readonly viewer: Viewer,
    readonly overlay: Overlay,
    readonly id: string,
  ) {
    const kept = recall(id);
    store.target.value = kept.target ?? null;
    store.slots.value = new Map(kept.slots ?? []);
    this.connection = new Connection(id, this);
    effect(() => {
      if (store.target.value) store.fresh.value = null;
    });
    effect(() => this.paintPalette());
    effect(() => this.placeMarks());
    effect(() => viewer.setTarget(store.target.value?.object ?? 0, store.target.value?.part ?? 0));
    effect(() => {
      viewer.mode = store.mode.value;
    });
    effect(() => {
      if (store.mode.value === "confidence" && store.answered.value > 0) void this.askConfidence();
    });
    effect(() => {
      viewer.overlay = store.overlay.value;
    });
    effect(() => {
      viewer.depthShading = store.shading.value;
    });
    effect(() => {
      remember(id, { target: store.target.value });
    });
    viewer.onDraw = (settled) => {
      overlay.place(settled);
      if (settled) remember(id, { pose: viewer.camera.pose });
    };
  }

  // Doing

  /** Send an operation after those before it; tells the person if it is refused. */
  do(make: () => Op | null): Promise<Ack | null> {
    const result = this.queue.then(async () => {
      const op = make();
      return op ? await this.sendOnce(op) : null;
    });
    this.queue = result.catch(() => null);
    return result;
  }

  private async sendOnce(op: Op, again = false): Promise<Ack | null> {
    try {
      const ack = await this.connection.send(op);
      store.unsaved.value = null;
      if (op.op === "click" && op.object !== 0)
        this.expectReadings(ack.rev, { ...op, object: ack.object, part: ack.part ?? 0 });
      return ack;
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      if (error.stale && !again && this.stillMakesSense(op)) {
        store.toast("This changed in another window meanwhile; what you did was done on top of it.");
        return await this.sendOnce(op, true);
      }
      if (error.code === "disk_full") store.unsaved.value = error.message;
      const what = error.stale
        ? "Another window has removed that; nothing was done."
        : error.message;
      store.toast(what, "error");
      return null;
    }
  }

  private stillMakesSense(op: Op): boolean {
    if (!("object" in op) || op.object === null || op.object === 0) return op.op !== "merge";
    return store.rows.value.some((row) => row.object === op.object);
  }

  /** A click on a point: its mark shows at once; what it means may wait for the click before. */
  async click(point: number, negative: boolean, make: () => ClickOp | null): Promise<void> {
    const { value: target } = store.target;
    const colour = css(target ? store.colourOf(target) : store.nextColour());
    const text = negative ? "−" : "+";
    const mark: Mark = { point, kind: "pending", colour, text, title: "" };
    const waiting = { mark, rev: Infinity };
    this.pendingMarks.push(waiting);
    store.readings.value = null;
    this.placeMarks();
    this.viewer.hold();
    const ack = await this.do(make);
    if (ack?.object)
      batch(() => {
        this.colourObjects([...store.slots.value.keys(), ack.object ?? 0]);
        store.target.value = { object: ack.object ?? 0, part: ack.part ?? 0 };
      });
    waiting.rev = ack?.rev ?? 0;
    if (ack) this.releaseAt = ack.rev;
    this.forgetMarks(store.state.value?.rev ?? 0);
    if (!ack || (this.connection.labelsRev ?? 0) >= ack.rev) this.viewer.release();
  }

  /** Clicks up to a revision are answered, and have their marks from there. */
  private forgetMarks(rev: number): void {
    const left = this.pendingMarks.filter((waiting) => waiting.rev > rev);
    if (left.length === this.pendingMarks.length) return;
    this.pendingMarks = left;
    this.placeMarks();
  }

  /** Revision of the last click, whose labels have their colours before their state is here. */
  private releaseAt = 0;

  /** Another reading of the last click. */
  chooseReading(index: number): void {
    const readings = store.readings.value;
    if (!readings || index < 0 || index >= readings.sizes.length) return;
    const { click, sizes } = readings;
    store.readings.value = { ...readings, chosen: index };
    this.viewer.previewLabels(this.readingRuns[index], click.object ?? 0, click.part ?? 0);
    window.clearTimeout(this.readingTimer);
    this.readingTimer = window.setTimeout(() => {
      const granularity = sizes.length > 1 ? index / (sizes.length - 1) : 1;
      void this.do(() => ({ ...click, granularity }));
    }, 250);
  }
  private readingTimer = 0;

  // What the server says

  status(status: store.Connection, detail: string | null): void {
    store.connection.value = status;
    if (status === "failed") store.failure.value = detail;
    else if (detail) store.toast(detail, "error");
  }

  pending(count: number): void {
    store.pending.value = count;
  }

  message(message: Exclude<ServerMessage, { type: "ack" | "pong" }>): void {
    switch (message.type) {
      case "welcome":
        store.session.value = message.session;
        if (this.loading !== message.scene.id) void this.load(message.scene);
        return;
      case "state":
        this.takeState(message);
        return;
      case "progress":
        store.progress.value = message.stage === "ready" ? null : message;
        return;
      case "error":
        store.toast(message.problem.detail, "error");
    }
  }

  private takeState(next: State): void {
    const before = store.state.value;
    batch(() => {
      this.colourObjects(next.objects.map((row) => row.object));
      store.state.value = next;
    });
    const target = store.target.value;
    if (target) {
      const row = next.objects.find((r) => r.object === target.object);
      const hasPart = row?.parts.some((p) => p.part === target.part);
      const isGone = !row && next.rev >= (this.lastClick?.rev ?? 0);
      if (store.trial.value) return this.afterState(before, next);
      if (isGone) store.target.value = null;
      else if (row && target.part && !hasPart)
        store.target.value = { object: target.object, part: 0 };
    }
    this.afterState(before, next);
  }

  /** Have each of these objects, and no other, in a colour of its own. */
  private colourObjects(objects: number[]): void {
    const before = store.slots.value;
    const slots = slotsFor(objects, before);
    if (slots.size === before.size && [...slots.keys()].every((k) => before.has(k))) return;
    remember(this.id, { slots: [...slots] });
    store.slots.value = slots;
  }

  private afterState(before: State | null, next: State): void {
    this.forgetMarks(next.rev);
    if (this.lastClick && next.rev > this.lastClick.rev) store.readings.value = null;
    if (next.rev >= this.releaseAt) this.viewer.release();
    if (before && next.rev !== before.rev) {
      this.announce();
      if (next.rev === this.releaseAt) this.tellTaken(before, next);
    }
  }

  /** A click may take points of other objects: say so at once. */
  private tellTaken(before: State, next: State): void {
    const taker = next.undo?.op === "click" ? next.undo.object : null;
    if (!taker || next.rev !== before.rev + 1 || before.rev < 1) return;
    for (const row of before.objects) {
      if (row.object === taker) continue;
      const left = next.objects.find((r) => r.object === row.object)?.points ?? 0;
      const lost = row.points - left;
      if (lost < Math.max(5, 0.01 * row.points)) continue;
      const share = Math.max(1, Math.round((100 * lost) / row.points));
      const name = nameOf({ object: row.object, part: 0 }, before.objects);
      store.toast(`This took ${share} % of ${name}. Ctrl+Z takes it back; K locks an object.`);
    }
  }

  private announce(): void {
    const target = store.target.value;
    const row = store.targetRow.value;
    if (!target || !row) return;
    const what = row.parts.find((p) => p.part === target.part) ?? row;
    const sure = what.confidence === null ? "" : `, confidence ${what.confidence.toFixed(2)}`;
    const clicks = `${what.clicks} click${what.clicks === 1 ? "" : "s"}`;
    store.announcement.value =
      `${store.targetName.value}: ${what.points.toLocaleString("en")} points, ${clicks}${sure}`;
  }

  frame(frame: Frame): void {
    const labels = this.labels;
    if (!labels) return;
    switch (frame.kind) {
      case Kind.LABELS: {
        if (frame.delta && frame.baseRev !== this.connection.labelsRev) {
          this.connection.resync();
          return;
        }
        const { start, end } = applyLabels(frame, labels.object, labels.part);
        this.connection.labelsRev = frame.rev;
        if (frame.delta && frame.rev !== this.releaseAt) this.viewer.hold(); // for their state
        this.viewer.updateLabels(start, Math.min(end, this.cloud?.n ?? 0));
        if (frame.rev === this.releaseAt) this.viewer.release();
        store.answered.value = frame.rev;
        return;
      }
      case Kind.CONFIDENCE:
        labels.confidence.set(frame.body.subarray(0, labels.confidence.length));
        this.viewer.updateLabels();
        return;
      case Kind.CANDIDATES:
        void this.takeReadings(frame);
    }
  }

  private expectReadings(rev: number, op: ClickOp): void {
    this.lastClick = { rev, op };
    if (this.earlyReadings?.rev === rev) void this.takeReadings(this.earlyReadings);
    this.earlyReadings = null;
  }

  private async takeReadings(frame: Frame): Promise<void> {
    const click = this.lastClick;
    if (click?.rev !== frame.rev) {
      this.earlyReadings = frame; // came before the acknowledgement
      return;
    }
    const masks = await framesIn(frame.body);
    if (masks.length < 2) return;
    this.readingRuns = masks.map(maskRuns);
    const sizes = this.readingRuns.map((runs) => runs.reduce((n, [a, b]) => n + b - a, 0));
    const { object, part } = click.op;
    let chosen = this.closest(object ?? 0, part ?? 0);
    if (typeof click.op.granularity === "number")
      chosen = Math.round(click.op.granularity * (sizes.length - 1));
    store.readings.value = { click: click.op, sizes, chosen };
  }

  /** The reading most like the points of a target. */
  private closest(object: number, part: number): number {
    const labels = this.labels;
    if (!labels) return 0;
    const isMine = (i: number) => labels.object[i] === object && labels.part[i] === part;
    let mine = 0;
    for (let i = 0; i < labels.object.length; i++) if (isMine(i)) mine += 1;
    let best = 0;
    let bestIou = -1;
    this.readingRuns.forEach((runs, k) => {
      let both = 0;
      let size = 0;
      for (const [start, end] of runs) {
        size += end - start;
        for (let i = start; i < end; i++) if (isMine(i)) both += 1;
      }
      const iou = both / Math.max(1, size + mine - both);
      if (iou > bestIou) [best, bestIou] = [k, iou];
    });
    return best;
  }

  /** What a click on a point could mean, small to large; nothing is done. */
  async readingsAt(point: number): Promise<[number, number][][]> {
    const [frame] = await framesIn(await readings(this.id, point));
    return (await framesIn(frame.body)).map(maskRuns);
  }

  private async askConfidence(): Promise<void> {
    for (const frame of await framesIn(await confidence(this.id))) this.frame(frame);
  }

  // Points

  private async load(scene: SceneInfo): Promise<void> {
    this.loading = scene.id;
    const n = scene.points;
    this.labels = {
      object: new Uint16Array(n),
      part: new Uint8Array(n),
      confidence: new Uint8Array(n),
    };
    const xyz = new Float32Array(3 * n);
    const rgb = scene.has_colours ? new Uint8Array(3 * n) : null;
    const normals = scene.has_normals ? new Int8Array(3 * n) : null;
    store.scene.value = scene;
    try {
      for (let k = 0; k < scene.levels.length; k++) {
        const { first, count } = scene.levels[k];
        for (const frame of await framesIn(await level(scene.id, k))) {
          if (frame.kind === Kind.POSITIONS) readPositions(frame.body, scene, xyz, first);
          else if (frame.kind === Kind.COLOURS) rgb?.set(frame.body, 3 * first);
          else if (frame.kind === Kind.NORMALS)
            normals?.set(new Int8Array(frame.body.slice().buffer), 3 * first);
        }
        const end = first + count;
        const cloud = makeCloud(
          xyz.subarray(0, 3 * end),
          rgb?.subarray(0, 3 * end) ?? null,
          normals?.subarray(0, 3 * end) ?? null,
          this.labels,
          scene.spacing_m * Math.min(4, Math.sqrt(n / end)),
        );
        this.show(cloud, scene, k === 0);
        store.loaded.value = end / n;
      }
    } catch (error) {
      store.toast(error instanceof Error ? error.message : String(error), "error");
    }
  }

  private show(cloud: Cloud, scene: SceneInfo, first: boolean): void {
    this.cloud = cloud;
    this.viewer.setCloud(cloud, scene.up);
    if (!first) return;
    const kept = recall(this.id);
    if (!cloud.hasColour) {
      store.mode.value = cloud.normals ? "normals" : "height";
      store.shading.value = true;
    } else store.shading.value = !this.viewer.software;
    this.viewer.camera.pose = kept.pose ?? this.viewer.overview();
    this.viewer.invalidate();
  }

  // Showing

  private paintPalette(): void {
    const hidden = store.hidden.value;
    const only = store.isolated.value;
    const target = store.target.value;
    const targets = store.rows.value.flatMap(({ object, parts }) =>
      [0, ...parts.map((p) => p.part)].map((part) => ({ object, part })),
    );
    if (target) targets.push({ ...target, part: 0 }, target); // a new one has no row yet
    const entries = targets.map(({ object, part }) => {
      let visibility: Visibility = "shown";
      if (hidden.has(`${object}`) || (part && hidden.has(`${object}.${part}`)))
        visibility = "hidden";
      else if (only !== null && only !== object && target?.object !== object)
        visibility = "hidden"; // but what one works on is in sight
      return { object, part, colour: store.colourOf({ object, part }), visibility };
    });
    this.viewer.setPalette(entries, only === null ? "shown" : "back");
  }

  private placeMarks(): void {
    const target = store.target.value;
    const marks = new Map<number, Mark>();
    for (const click of store.state.value?.clicks ?? []) {
      if (target ? click.object !== target.object : true) continue;
      const colour = css(store.colourOf(click));
      const kind = click.negative ? "remove" : "add";
      const title = store.rowKey(click);
      marks.set(click.point, {
        point: click.point,
        kind,
        colour,
        text: click.negative ? "−" : "+",
        title,
      });
    }
    const suggestions = store.suggesting.value ? (store.state.value?.suggestions ?? []) : [];
    for (const point of suggestions.slice(0, 3)) {
      const title = "Unsure here: a click would help most";
      marks.set(point, { point, kind: "suggested", colour: "", text: "?", title });
    }
    for (const { mark } of this.pendingMarks) marks.set(mark.point, mark);
    this.overlay.setMarks([...marks.values()]);
  }

  labelAt(point: number): Target {
    const { cloud } = this;
    return cloud
      ? { object: cloud.object[point], part: cloud.part[point] }
      : { object: 0, part: 0 };
  }
}

function readPositions(body: Uint8Array, scene: SceneInfo, xyz: Float32Array, first: number): void {
  const { low, step, positions } = scene;
  if (positions === "f32") {
    const values = new Float32Array(body.slice().buffer);
    for (let i = 0; i < values.length; i++) xyz[3 * first + i] = low[i % 3] + values[i];
    return;
  }
  const values = new Uint16Array(body.slice().buffer);
  for (let i = 0; i < values.length; i++)
    xyz[3 * first + i] = low[i % 3] + step[i % 3] * values[i];
}
