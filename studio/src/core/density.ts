// How far apart points are where they lie: drawn larger where they are sparse, surfaces look closed.

const CELL = 4; // spacings
const LEAST = 0.85;
const MOST = 2.4;

/** Code of the size of a point: 32 steps for each doubling, 96 is the scan's usual spacing. */
export const sizeOfCode = (code: number): number => 2 ** ((code - 96) / 32);

/** Size of each point by the density of its surroundings, as codes. */
export function sizeCodes(xyz: Float32Array, spacing: number): Uint8Array {
  const n = xyz.length / 3;
  const bits = Math.min(22, Math.max(12, Math.ceil(Math.log2(n + 1)) + 1));
  const mask = 2 ** bits - 1;
  // Cells that share a place in the table add up: rare, and it only makes points a little smaller.
  const counts = new Uint16Array(mask + 1);
  const inverse = 1 / (CELL * spacing);
  const place = (x: number, y: number, z: number) =>
    (Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791)) & mask;
  const cell = (i: number) => Math.floor(xyz[i] * inverse);
  for (let i = 0; i < 3 * n; i += 3) {
    const at = place(cell(i), cell(i + 1), cell(i + 2));
    if (counts[at] < 65535) counts[at] += 1;
  }
  const codes = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [cell(3 * i), cell(3 * i + 1), cell(3 * i + 2)];
    // a cell that a surface only touches has a fuller one beside it
    const most = Math.max(
      counts[place(x, y, z)],
      counts[place(x - 1, y, z)],
      counts[place(x + 1, y, z)],
      counts[place(x, y - 1, z)],
      counts[place(x, y + 1, z)],
      counts[place(x, y, z - 1)],
      counts[place(x, y, z + 1)],
    );
    const size = Math.min(MOST, Math.max(LEAST, (CELL * 1.1) / Math.sqrt(most)));
    codes[i] = Math.round(96 + 32 * Math.log2(size));
  }
  return codes;
}
