// The points of a scan as the page holds them, in display order: coarse sample first.

import { sizeCodes } from "./density";

const BLOCK = 4096;

/** A run of consecutive points and the box they lie in. */
export interface Block {
  start: number;
  end: number;
  box: Float32Array; // low x y z, high x y z
}

export interface Cloud {
  readonly n: number;
  /** x y z of each point, in metres from the scene's origin. */
  readonly xyz: Float32Array;
  /** r g b of each point. */
  readonly rgb: Uint8Array;
  readonly hasColour: boolean;
  /** Normals in 127ths, if there are any. */
  readonly normals: Int8Array | null;
  readonly object: Uint16Array;
  readonly part: Uint8Array;
  /** Size to draw each point at (`density.ts`). */
  readonly sizes: Uint8Array;
  /** 255 is certain. */
  readonly confidence: Uint8Array;
  readonly blocks: Block[];
  readonly low: [number, number, number];
  readonly high: [number, number, number];
  readonly spacing: number;
}

/** Label of every point, loaded or not. */
export interface Labels {
  object: Uint16Array;
  part: Uint8Array;
  confidence: Uint8Array;
}

/** Cloud of the points that have arrived; `labels` are shared, not copied. */
export function makeCloud(
  xyz: Float32Array,
  rgb: Uint8Array | null,
  normals: Int8Array | null,
  labels: Labels,
  spacing: number,
): Cloud {
  const n = xyz.length / 3;
  const blocks: Block[] = [];
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK);
    const box = new Float32Array([Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity]);
    for (let i = start; i < end; i++)
      for (let k = 0; k < 3; k++) {
        const v = xyz[3 * i + k];
        if (v < box[k]) box[k] = v;
        if (v > box[3 + k]) box[3 + k] = v;
      }
    for (let k = 0; k < 3; k++) {
      low[k] = Math.min(low[k], box[k]);
      high[k] = Math.max(high[k], box[3 + k]);
    }
    blocks.push({ start, end, box });
  }
  return {
    n,
    xyz,
    rgb: rgb ?? new Uint8Array(3 * n).fill(190),
    hasColour: rgb !== null,
    normals,
    object: labels.object.subarray(0, n),
    part: labels.part.subarray(0, n),
    confidence: labels.confidence.subarray(0, n),
    sizes: sizeCodes(xyz, spacing),
    blocks,
    low,
    high,
    spacing,
  };
}
