// What a click on the picture means: no modes, only the target and the modifier keys.

import type { ClickOp } from "../wire/messages";

export interface Target {
  object: number;
  part: number; // 0: the object itself
}

export interface Press {
  point: number;
  label: Target; // of the point; object 0 is background
  negative: boolean;
  newPart: boolean;
  background: boolean;
  /** The person asked for a new object: a click on a labelled point starts one too. */
  fresh: boolean;
}

export type Meaning =
  | { kind: "click"; op: ClickOp }
  | { kind: "select"; target: Target }
  | { kind: "refused"; text: string };

export function meaningOf(
  press: Press,
  target: Target | null,
  locked: (object: number) => boolean,
  named: (target: Target) => string,
): Meaning {
  const { point, label } = press;
  const click = (object: number | null, part: number | null, negative = false): Meaning => ({
    kind: "click",
    op: { op: "click", point, object, part, negative },
  });
  const isLocked = label.object > 0 && locked(label.object);
  if (press.negative && !target)
    return refused("Nothing is selected to take points from. Click an object first.");
  if (target && locked(target.object) && !press.background)
    return refused(`${named({ object: target.object, part: 0 })} is locked. Unlock it with K.`);
  if (!target && !press.newPart && !press.background && !press.fresh && label.object > 0)
    return { kind: "select", target: { object: label.object, part: 0 } };
  if (isLocked)
    return refused(`These points belong to ${named({ ...label, part: 0 })}, which is locked.`);
  if (press.background) return click(0, 0);
  if (press.newPart) {
    if (target) return click(target.object, null);
    return label.object > 0 && !press.fresh ? click(label.object, null) : click(null, null);
  }
  if (!target) return click(null, 0);
  return click(target.object, target.part, press.negative);
}

const refused = (text: string): Meaning => ({ kind: "refused", text });

/** Name of a target for people: its own name, or one made of its number. */
export function nameOf(
  target: Target,
  rows: { object: number; name: string | null; parts: { part: number; name: string | null }[] }[],
): string {
  const row = rows.find((r) => r.object === target.object);
  const object = row?.name ?? `Object ${target.object}`;
  if (target.part === 0) return object;
  const part = row?.parts.find((p) => p.part === target.part)?.name;
  return `${object} › ${part ?? `part ${target.part}`}`;
}
