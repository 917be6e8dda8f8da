// Binary frames of the server (`server/frames.py`): labels, masks and points.

import { Kind } from "../wire/messages";

const MAGIC = 0x3350;
const HEAD = 32;
const DEFLATE = 1;
const DELTA = 2;
const MAX_RAW = 2 ** 31;

export interface Frame {
  kind: number;
  delta: boolean;
  rev: number;
  baseRev: number;
  count: number;
  object: number;
  part: number;
  score: number; // 0 to 1
  body: Uint8Array;
}

/** The first frame of some bytes, unpacked, and where it ends. */
async function frameAt(content: Uint8Array, start: number): Promise<[Frame, number]> {
  if (content.length - start < HEAD) throw new Error("A message of the server is cut off.");
  const head = new DataView(content.buffer, content.byteOffset + start, HEAD);
  const flags = head.getUint8(3);
  if (head.getUint16(0, true) !== MAGIC || flags > (DEFLATE | DELTA))
    throw new Error("The server speaks another version; reload the page.");
  const rawLength = head.getUint32(16, true);
  const end = start + HEAD + head.getUint32(20, true);
  if (rawLength > MAX_RAW || end > content.length)
    throw new Error("A message of the server is damaged.");
  let body = content.subarray(start + HEAD, end);
  if (flags & DEFLATE) body = await inflated(body);
  if (body.length !== rawLength) throw new Error("A message of the server is damaged.");
  const frame = {
    kind: head.getUint8(2),
    delta: (flags & DELTA) !== 0,
    rev: head.getUint32(4, true),
    baseRev: head.getUint32(8, true),
    count: head.getUint32(12, true),
    object: head.getUint16(24, true),
    part: head.getUint8(26),
    score: head.getUint8(27) / 255,
    body,
  };
  return [frame, end];
}

/** All frames that stand one after the other. */
export async function framesIn(content: Uint8Array): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (let at = 0; at < content.length; ) {
    const [frame, end] = await frameAt(content, at);
    frames.push(frame);
    at = end;
  }
  return frames;
}

async function inflated(body: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([body as BlobPart]).stream();
  const unpacked = stream.pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** Numbers of seven bits a byte, low ones first. */
function varints(body: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of body) {
    value += (byte & 127) * scale;
    if (byte < 128) {
      values.push(value);
      value = 0;
      scale = 1;
    } else scale *= 128;
  }
  return values;
}

/**
 * Write a frame of labels into arrays; what lies outside the range that comes back is as before.
 */
export function applyLabels(
  frame: Frame,
  object: Uint16Array,
  part: Uint8Array,
): { start: number; end: number } {
  if (frame.kind !== Kind.LABELS || frame.count !== object.length)
    throw new Error("Labels came for another scan; reload the page.");
  if (!frame.delta) {
    object.fill(0);
    part.fill(0);
  }
  const values = varints(frame.body);
  let at = 0;
  let start = frame.delta ? object.length : 0;
  for (let k = 0; k + 3 < values.length; k += 4) {
    const from = at + values[k];
    at = from + values[k + 1];
    if (k === 0) start = Math.min(start, from);
    object.fill(values[k + 2], from, at);
    part.fill(values[k + 3], from, at);
  }
  return { start, end: frame.delta ? at : object.length };
}

/** Runs [first, end) inside a mask. */
export function maskRuns(frame: Frame): [number, number][] {
  const runs: [number, number][] = [];
  let at = 0;
  varints(frame.body).forEach((length, k) => {
    if (k % 2 === 1) runs.push([at, at + length]);
    at += length;
  });
  return runs;
}

/** Runs [first, count] of ascending indices. */
export function runsOf(indices: ArrayLike<number>): [number, number][] {
  const runs: [number, number][] = [];
  for (let k = 0; k < indices.length; k++) {
    const last = runs[runs.length - 1];
    if (last && last[0] + last[1] === indices[k]) last[1] += 1;
    else runs.push([indices[k], 1]);
  }
  return runs;
}
