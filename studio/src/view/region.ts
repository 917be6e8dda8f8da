// Regions of the picture that a stroke marks.

type Place = { x: number; y: number };

/** Tells whether a pixel lies inside a lasso, or within a radius of a brush's trail. */
export function outline(trail: Place[], radius: number | null): (x: number, y: number) => boolean {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const margin = radius ?? 0;
  for (const p of trail) {
    left = Math.min(left, p.x - margin);
    right = Math.max(right, p.x + margin);
    top = Math.min(top, p.y - margin);
    bottom = Math.max(bottom, p.y + margin);
  }
  const near = radius === null ? insideOf(trail) : closeTo(trail, radius);
  return (x, y) => x >= left && x <= right && y >= top && y <= bottom && near(x, y);
}

function insideOf(trail: Place[]): (x: number, y: number) => boolean {
  return (x, y) => {
    let odd = false;
    for (let i = 0, j = trail.length - 1; i < trail.length; j = i++) {
      const [a, b] = [trail[i], trail[j]];
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
    }
    return odd;
  };
}

function closeTo(trail: Place[], radius: number): (x: number, y: number) => boolean {
  return (x, y) => {
    for (let i = 1; i < trail.length; i++) {
      const [a, b] = [trail[i - 1], trail[i]];
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const length = dx * dx + dy * dy;
      const t = length ? Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length)) : 0;
      if (Math.hypot(x - a.x - t * dx, y - a.y - t * dy) <= radius) return true;
    }
    return false;
  };
}
