// Colours of objects and parts: told apart by everyone, and stable from one session to the next.

export type Rgb = readonly [number, number, number];

// Okabe and Ito's colours for colour-blind readers, without black (scans have dark points). Those
// come first that wood, floors and walls do not have.
const BASE: Rgb[] = [
  [86, 180, 233],
  [204, 121, 167],
  [0, 158, 115],
  [230, 159, 0],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
];

export const N_COLOURS = 24;

// Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
const VISIONS: number[][] = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
];

const toLinear = (v: number) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const fromLinear = (v: number) =>
  255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * Math.max(v, 0) ** (1 / 2.4) - 0.055);

function labOfLinear(r: number, g: number, b: number): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab of an sRGB colour (Ottosson 2020). */
export const oklab = (c: Rgb): Rgb =>
  labOfLinear(toLinear(c[0]), toLinear(c[1]), toLinear(c[2]));

function fromOklab([L, a, b]: Rgb): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return channels.map((v) => Math.round(Math.min(255, Math.max(0, fromLinear(v))))) as unknown as Rgb;
}

/** OKLab as seen with normal, red-blind and green-blind vision. */
function seen(c: Rgb): Rgb[] {
  const [r, g, b] = c.map(toLinear);
  return VISIONS.map((m) =>
    labOfLinear(
      Math.max(0, m[0] * r + m[1] * g + m[2] * b),
      Math.max(0, m[3] * r + m[4] * g + m[5] * b),
      Math.max(0, m[6] * r + m[7] * g + m[8] * b),
    ),
  );
}

/** Least distance of two colours under the three visions. */
export function colourDistance(a: Rgb, b: Rgb): number {
  const [x, y] = [seen(a), seen(b)];
  return Math.min(...x.map((p, i) => Math.hypot(p[0] - y[i][0], p[1] - y[i][1], p[2] - y[i][2])));
}

/** The base colours, then each time the colour farthest from all before it. */
function extended(n: number): Rgb[] {
  const candidates: { colour: Rgb; views: Rgb[]; distance: number }[] = [];
  for (let r = 30; r <= 255; r += 25)
    for (let g = 30; g <= 255; g += 25)
      for (let b = 30; b <= 255; b += 25) {
        const colour: Rgb = [r, g, b];
        const [light, x, y] = oklab(colour);
        if (light > 0.42 && light < 0.93 && Math.hypot(x, y) > 0.05)
          candidates.push({ colour, views: seen(colour), distance: Infinity });
      }
  const taken = BASE.slice(0, n);
  let news = taken;
  for (;;) {
    for (const one of news) {
      const views = seen(one);
      for (const candidate of candidates) {
        const d = Math.min(
          ...candidate.views.map((v, i) =>
            Math.hypot(v[0] - views[i][0], v[1] - views[i][1], v[2] - views[i][2]),
          ),
        );
        candidate.distance = Math.min(candidate.distance, d);
      }
    }
    if (taken.length >= n) return taken;
    const best = candidates.reduce((a, b) => (b.distance > a.distance ? b : a));
    taken.push(best.colour);
    news = [best.colour];
  }
}

const COLOURS = extended(N_COLOURS);

/** Place in the list of colours of each object; ids alone would soon reach the last ones. */
export type Slots = ReadonlyMap<number, number>;

/** Slots of objects: old ones keep theirs, new ones take the first that is free. */
export function slotsFor(objects: number[], before: Slots): Slots {
  const slots = new Map<number, number>();
  const used = new Map<number, number>();
  const take = (object: number, slot: number) => {
    slots.set(object, slot);
    used.set(slot, (used.get(slot) ?? 0) + 1);
  };
  for (const object of objects) {
    const slot = before.get(object);
    if (slot !== undefined) take(object, slot);
  }
  for (const object of objects) if (!slots.has(object)) take(object, freeSlot(used));
  return slots;
}

/** Slot that the next object will have. */
export function nextSlot(slots: Slots): number {
  const used = new Map<number, number>();
  for (const slot of slots.values()) used.set(slot, (used.get(slot) ?? 0) + 1);
  return freeSlot(used);
}

function freeSlot(used: Map<number, number>): number {
  let best = 0;
  for (let slot = 1; slot < N_COLOURS; slot++)
    if ((used.get(slot) ?? 0) < (used.get(best) ?? 0)) best = slot;
  return best;
}

/** Colour of an object by its slot. */
export const slotColour = (slot: number): Rgb => COLOURS[slot % N_COLOURS];

// Lightness first up, then down: neighbours in the list are far apart.
const STEPS = [0.13, -0.15, 0.06, -0.08, 0.18, -0.2, 0.1, -0.04];

/** Colour of a part: its object's hue, lighter or darker. Part 0 has the object's own colour. */
export function partOfSlot(slot: number, part: number): Rgb {
  const base = slotColour(slot);
  if (part === 0) return base;
  const [light, a, b] = oklab(base);
  const step = STEPS[(part - 1) % STEPS.length];
  const turn = 0.4 * Math.sin(part * 2.4);
  const x = a * Math.cos(turn) - b * Math.sin(turn);
  const y = a * Math.sin(turn) + b * Math.cos(turn);
  const there = light + step > 0.95 ? light - 1.5 * step : light + step; // yellow has no room above
  return fromOklab([Math.max(0.25, there), x, y]);
}

export const css = (c: Rgb): string => `rgb(${c[0]} ${c[1]} ${c[2]})`;
