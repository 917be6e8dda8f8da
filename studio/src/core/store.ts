// What the page knows, as signals. No geometry lives here: points are in `Cloud`.

import { computed, signal } from "@preact/signals-core";
import type { ClickOp, Progress, SceneInfo, SessionInfo, State, StudyProgress } from "../wire/messages";
import type { Target } from "./clicks";
import { nameOf } from "./clicks";
import { nextSlot, partOfSlot, slotColour, type Rgb, type Slots } from "./palette";

export type Connection = "connecting" | "open" | "lost" | "failed";
export type Dialog = "help" | "export" | "report" | null;
export type Tool = "click" | "lasso" | "brush";

/** Readings of the last ambiguous click, from small to large. */
export interface Readings {
  click: ClickOp;
  sizes: number[]; // points
  chosen: number;
}

export interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
}

export const connection = signal<Connection>("connecting");
export const failure = signal<string | null>(null);
export const session = signal<SessionInfo | null>(null);
export const scene = signal<SceneInfo | null>(null);
/** The task of a user study that this page is for, or null. */
export const trial = signal<StudyProgress | null>(null);
export const progress = signal<Progress | null>(null);
/** Share of the points that have arrived. */
export const loaded = signal(0);
export const state = signal<State | null>(null);
/** Operations sent and not yet on the server's disk. */
export const pending = signal(0);
/** Why the server cannot save, until it can again. */
export const unsaved = signal<string | null>(null);
/** Waiting for the masks of this rev. */
export const answered = signal(0);

export const target = signal<Target | null>(null);
/** What was asked for: the next click starts it, wherever it lands. */
export const fresh = signal<"object" | "part" | null>(null);
export const readings = signal<Readings | null>(null);

export const tool = signal<Tool>("click");
export const through = signal(false);
export const overwrite = signal(false);
export const brushPixels = signal(24);
export const removing = signal(false); // touch screens have no Shift key
export const crosshair = signal(false);
export const suggesting = signal(true);
export const mode = signal<"rgb" | "height" | "normals" | "object" | "part" | "confidence">("rgb");
export const overlay = signal(0.75);
export const shading = signal(false);

export const dialog = signal<Dialog>(null);
export const renaming = signal<string | null>(null); // key of the row
export const merging = signal<number | null>(null);
export const toasts = signal<Toast[]>([]);
export const announcement = signal("");
export const hint = signal("");
export const customKeys = signal<Record<string, string[]>>({});

export const rows = computed(() => state.value?.objects ?? []);
export const slots = signal<Slots>(new Map());

/** Colour of an object (part 0) or a part. */
export const colourOf = (t: Target): Rgb =>
  partOfSlot(slots.value.get(t.object) ?? nextSlot(slots.value), t.part);

/** Colour that the next object will have. */
export const nextColour = (): Rgb => slotColour(nextSlot(slots.value));

export const targetRow = computed(
  () => rows.value.find((r) => r.object === target.value?.object) ?? null,
);
export const targetName = computed(() =>
  target.value ? nameOf(target.value, rows.value) : "Nothing selected",
);
export const locked = (object: number): boolean =>
  rows.value.some((r) => r.object === object && r.locked);

/** Key of a row of the tree: "2" an object, "2.1" its part 1. */
export const rowKey = (t: Target): string => (t.part ? `${t.object}.${t.part}` : `${t.object}`);

/** Rows that are out of sight. */
export const hidden = computed(() => new Set((state.value?.hidden ?? []).map(rowKey)));
/** The only object in sight, or null. */
export const isolated = computed(() => state.value?.alone ?? null);
export const someHidden = computed(() => hidden.value.size > 0 || isolated.value !== null);

let lastToast = 0;

export function toast(text: string, kind: Toast["kind"] = "info"): void {
  const id = ++lastToast;
  toasts.value = [...toasts.value.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
  announcement.value = text;
  setTimeout(() => dismiss(id), kind === "error" ? 9000 : 5000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((t) => t.id !== id);
}
