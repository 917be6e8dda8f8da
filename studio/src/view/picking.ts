// Which point is under the cursor: computed on the CPU from the same sizes that are drawn, so the
// answer is the same on every graphics card.

import type { Cloud } from "../core/cloud";

/** What the picture was drawn with. */
export interface Projection {
  /** World to clip space, column by column. */
  matrix: ArrayLike<number>;
  width: number; // CSS pixels
  height: number;
  /** Points drawn: a prefix of the cloud. */
  drawn: number;
  /** Side in CSS pixels of point `i` at clip-space w. */
  size: (i: number, w: number) => number;
  visible: (i: number) => boolean;
}

const REACH = 7; // CSS pixels to the nearest point where none covers the cursor
const ROUND_FROM = 4; // larger points are drawn round

/** The point drawn at a pixel, or the nearest one in front, or -1. */
export function pick(cloud: Cloud, view: Projection, x: number, y: number): number {
  const m = view.matrix;
  const { xyz } = cloud;
  const [halfW, halfH] = [view.width / 2, view.height / 2];
  const index: number[] = [];
  const depth: number[] = [];
  const away: number[] = []; // squared pixels
  const quadrant: number[] = [];
  let front = -1;
  let frontDepth = Infinity;
  for (const block of cloud.blocks) {
    if (block.start >= view.drawn) break;
    if (missed(block.box, view, x, y)) continue;
    const end = Math.min(block.end, view.drawn);
    for (let i = block.start; i < end; i++) {
      const [px, py, pz] = [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]];
      const w = m[3] * px + m[7] * py + m[11] * pz + m[15];
      if (w <= 0) continue;
      const dx = ((m[0] * px + m[4] * py + m[8] * pz + m[12]) / w + 1) * halfW - x;
      if (dx > 12 || dx < -12) continue;
      const dy = (1 - (m[1] * px + m[5] * py + m[9] * pz + m[13]) / w) * halfH - y;
      if (dy > 12 || dy < -12) continue;
      const z = (m[2] * px + m[6] * py + m[10] * pz + m[14]) / w;
      if (z < -1 || z > 1 || !view.visible(i)) continue;
      const size = view.size(i, w);
      const radius = size / 2;
      const squared = dx * dx + dy * dy;
      const covers =
        size > ROUND_FROM
          ? squared <= radius * radius
          : Math.abs(dx) <= radius && Math.abs(dy) <= radius;
      if (covers && w < frontDepth) {
        front = i;
        frontDepth = w;
      }
      if (squared <= REACH * REACH) {
        index.push(i);
        depth.push(w);
        away.push(squared);
        quadrant.push((dx < 0 ? 1 : 0) + (dy < 0 ? 2 : 0));
      }
    }
  }
  if (front >= 0 && !seenThroughHole()) return front;
  return nearestOfFront();

  /** Is the covering point behind a surface whose points lie all round the pixel? */
  function seenThroughHole(): boolean {
    const limit = frontDepth - gap(frontDepth);
    const sides = [0, 0, 0, 0];
    for (let k = 0; k < index.length; k++) if (depth[k] < limit) sides[quadrant[k]] = 1;
    return sides[0] + sides[1] + sides[2] + sides[3] >= 3;
  }

  function gap(at: number): number {
    return Math.max(3 * cloud.spacing, 0.01 * at);
  }

  /** The nearest to the pixel among the candidates of the front surface. */
  function nearestOfFront(): number {
    if (index.length === 0) return -1;
    const order = index.map((_, k) => k).sort((a, b) => depth[a] - depth[b]);
    let best = order[0];
    let last = depth[order[0]];
    for (const k of order) {
      if (depth[k] - last > gap(last)) break;
      last = depth[k];
      if (away[k] < away[best]) best = k;
    }
    return index[best];
  }
}

/** Can no point of a box be near the pixel? */
function missed(box: Float32Array, view: Projection, x: number, y: number): boolean {
  const m = view.matrix;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let c = 0; c < 8; c++) {
    const px = box[c & 1 ? 3 : 0];
    const py = box[c & 2 ? 4 : 1];
    const pz = box[c & 4 ? 5 : 2];
    const w = m[3] * px + m[7] * py + m[11] * pz + m[15];
    if (w <= 0) return false; // a corner behind the camera: no bound
    const sx = ((m[0] * px + m[4] * py + m[8] * pz + m[12]) / w + 1) * (view.width / 2);
    const sy = (1 - (m[1] * px + m[5] * py + m[9] * pz + m[13]) / w) * (view.height / 2);
    left = Math.min(left, sx);
    right = Math.max(right, sx);
    top = Math.min(top, sy);
    bottom = Math.max(bottom, sy);
  }
  const reach = 12;
  return x < left - reach || x > right + reach || y < top - reach || y > bottom + reach;
}

/** Points of a region of the picture, front ones only unless `through`. */
export function inside(
  cloud: Cloud,
  view: Projection,
  holds: (x: number, y: number) => boolean,
  through: boolean,
): Uint32Array {
  const m = view.matrix;
  const { xyz } = cloud;
  const cell = 3; // CSS pixels: what hides what is decided in cells of this side
  const columns = Math.ceil(view.width / cell) + 1;
  const rows = Math.ceil(view.height / cell) + 1;
  const nearest = new Float32Array(through ? 0 : columns * rows).fill(Infinity);
  const found: number[] = [];
  const depth: number[] = [];
  const place: number[] = [];
  for (let i = 0; i < view.drawn; i++) {
    const [px, py, pz] = [xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]];
    const w = m[3] * px + m[7] * py + m[11] * pz + m[15];
    if (w <= 0) continue;
    const sx = ((m[0] * px + m[4] * py + m[8] * pz + m[12]) / w + 1) * (view.width / 2);
    const sy = (1 - (m[1] * px + m[5] * py + m[9] * pz + m[13]) / w) * (view.height / 2);
    if (sx < 0 || sy < 0 || sx >= view.width || sy >= view.height || !view.visible(i)) continue;
    const column = Math.floor(sx / cell);
    const row = Math.floor(sy / cell);
    if (!through) {
      const reach = Math.max(1, Math.ceil(view.size(i, w) / 2 / cell));
      for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++)
        for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++)
          if (w < nearest[r * columns + c]) nearest[r * columns + c] = w;
    }
    if (!holds(sx, sy)) continue;
    found.push(i);
    depth.push(w);
    place.push(row * columns + column);
  }
  if (through) return Uint32Array.from(found);
  const open = (k: number) =>
    depth[k] <= nearest[place[k]] + Math.max(3 * cloud.spacing, 0.01 * depth[k]);
  return Uint32Array.from(found.filter((_, k) => open(k)));
}
