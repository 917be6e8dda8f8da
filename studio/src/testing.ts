// What browser tests may see, on `window.__pp`; loaded with ?test=1 only.

import { partOfSlot } from "./core/palette";
import * as store from "./core/store";
import type { Made } from "./ui/stage";

export function expose({ studio, pointer }: Made): void {
  const { viewer } = studio;
  const clicks: Record<string, number>[] = [];
  let pressed = 0;
  let click: Record<string, number> = {};
  const stamp = (what: string) => {
    if (pressed > 0) click[what] ??= performance.now() - pressed;
  };
  window.addEventListener(
    "pointerup",
    () => {
      pressed = performance.now();
      click = {};
    },
    true,
  );
  listenTo(WebSocket.prototype, stamp);
  const { frame, message } = studio;
  studio.frame = (news) => {
    stamp("unpacked");
    frame.call(studio, news);
    stamp("labels");
    if (!viewer.isDue) pressed = 0; // it changed nothing, so no frame comes of it
  };
  studio.message = (news) => {
    if (news.type === "state") stamp("state");
    message.call(studio, news);
  };
  const drawn = viewer.onDraw;
  let firstPicture: number | null = null;
  const noteFirst = () => {
    if (firstPicture !== null) return;
    viewer.finish();
    firstPicture = performance.now();
  };
  if (viewer.frames > 0) noteFirst();
  viewer.onDraw = (settled) => {
    if ("labels" in click) stamp("draw");
    drawn(settled);
    noteFirst();
    if (pressed > 0 && "labels" in click) {
      viewer.finish();
      stamp("pixels");
      clicks.push(click);
      pressed = 0;
    }
  };
  const exposed = {
    state: () => ({
      rev: store.state.value?.rev ?? null,
      labelsRev: studio.connection.labelsRev,
      connection: store.connection.value,
      pending: store.pending.value,
      loaded: store.loaded.value,
      ready: store.progress.value === null && store.state.value !== null,
      target: store.target.value,
      readings: store.readings.value,
      objects: store.rows.value,
      suggestions: store.state.value?.suggestions ?? [],
      undo: store.state.value?.undo ?? null,
      redo: store.state.value?.redo ?? null,
      toasts: store.toasts.value.map((t) => t.text),
      mode: store.mode.value,
      dialog: store.dialog.value,
      points: studio.cloud?.n ?? 0,
      pose: viewer.camera.pose,
    }),
    frames: () => viewer.frames,
    renderer: () => viewer.rendererName,
    colour: (slot: number, part: number) => partOfSlot(slot, part),
    pixel: (x: number, y: number) => viewer.readPixel(x, y),
    coloured: () => viewer.coloured(),
    pick: (x: number, y: number) => viewer.pick(x, y),
    label: (i: number) => studio.labelAt(i),
    visible: (i: number) => viewer.isVisible(i),
    position: (i: number) => viewer.position(i).toArray(),
    screen: (i: number) => viewer.screen(i),
    /** Point nearest to a position, in metres from the scene's origin. */
    nearest: (x: number, y: number, z: number) => {
      const xyz = studio.cloud?.xyz ?? [];
      let best = -1;
      let least = Infinity;
      for (let i = 0; i < xyz.length / 3; i++) {
        const d = (xyz[3 * i] - x) ** 2 + (xyz[3 * i + 1] - y) ** 2 + (xyz[3 * i + 2] - z) ** 2;
        if (d < least) [best, least] = [i, d];
      }
      return best;
    },
    /** Object * 256 + part of every point, in display order. */
    labels: () => Array.from(studio.cloud?.object ?? [], (o, i) => o * 256 + (studio.cloud?.part[i] ?? 0)),
    counts: () => {
      const counts: Record<string, number> = {};
      const { cloud } = studio;
      for (let i = 0; cloud && i < cloud.n; i++) {
        const key = `${cloud.object[i]}.${cloud.part[i]}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
      return counts;
    },
    loseContext: () => {
      const extension = viewer.canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context");
      extension?.loseContext();
      setTimeout(() => extension?.restoreContext(), 200);
    },
    contextLost: () => viewer.canvas.getContext("webgl2")?.isContextLost() ?? true,
    /** Milliseconds from the button's release to each stage, of every answer that changed a label. */
    clickTimes: () => clicks,
    /** Milliseconds from the start of the page to its first picture of the scan. */
    firstPicture: () => firstPicture,
    lit: () => viewer.lightedUp,
    /** Wait until all frames asked for so far are there. */
    finish: () => viewer.finish(),
    /** Go to the first view, and draw it. */
    calm: () => {
      viewer.fly(viewer.overview(), true);
      viewer.readPixel(0, 0);
    },
    pointer: () => pointer.at,
  };
  (window as unknown as { __pp: typeof exposed }).__pp = exposed;
}

/** Stamp what sockets send, and what is acknowledged, from now on. */
function listenTo(sockets: WebSocket, stamp: (what: string) => void): void {
  const heard = new WeakSet<WebSocket>();
  const { send } = sockets;
  sockets.send = function (this: WebSocket, data) {
    if (!heard.has(this))
      this.addEventListener("message", (event: MessageEvent<string | ArrayBuffer>) => {
        if (typeof event.data === "string" && event.data.startsWith('{"type":"ack"'))
          stamp("acknowledged");
      });
    heard.add(this);
    stamp("sent");
    send.call(this, data);
  };
}
