// Marks over the picture (clicks, suggested clicks, lasso, crosshair) as SVG: they appear at once,
// without drawing the cloud again.

import type { Viewer } from "./viewer";

const SVG = "http://www.w3.org/2000/svg";

export interface Mark {
  point: number;
  kind: "add" | "remove" | "background" | "suggested" | "pending";
  colour: string;
  text: string;
  title: string;
}

export class Overlay {
  private marks: { mark: Mark; group: SVGGElement }[] = [];
  private readonly layer: SVGGElement;
  private readonly path: SVGPathElement;
  private readonly ring: SVGCircleElement;
  private readonly cross: SVGPathElement;

  constructor(
    private readonly viewer: Viewer,
    svg: SVGSVGElement,
  ) {
    this.layer = svg.appendChild(make("g"));
    this.path = svg.appendChild(make("path", { class: "lasso" }));
    this.ring = svg.appendChild(make("circle", { class: "brush" }));
    this.cross = svg.appendChild(make("path", { class: "cross" }));
  }

  setMarks(marks: Mark[]): void {
    this.layer.replaceChildren();
    this.marks = marks.map((mark) => {
      const group = this.layer.appendChild(make("g", { class: `mark ${mark.kind}` }));
      group.style.setProperty("--mark", mark.colour);
      group.appendChild(make("title")).textContent = mark.title;
      group.appendChild(make("circle", { r: mark.kind === "suggested" ? "9" : "8" }));
      const text = group.appendChild(make("text", { dy: "0.35em" }));
      text.textContent = mark.text;
      return { mark, group };
    });
    this.place(true);
  }

  /** Put marks where their points are now; when settled, those behind something fade. */
  place(settled: boolean): void {
    for (const { mark, group } of this.marks) {
      const at = this.viewer.screen(mark.point);
      group.style.display = at ? "" : "none";
      if (!at) continue;
      group.setAttribute("transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
      if (!settled) continue;
      const seen = this.viewer.pick(at.x, at.y);
      const front = seen >= 0 ? this.viewer.screen(seen) : null;
      group.classList.toggle("behind", front !== null && front.depth < at.depth * 0.97);
    }
  }

  /** The trail of a stroke: a closed outline, or with a width what a brush covers. */
  drawLasso(points: { x: number; y: number }[], width: number): void {
    const d = points.map((p, i) => `${i === 0 ? "M" : "L"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`);
    if (width === 0 && d.length > 2) d.push("Z");
    this.path.setAttribute("d", d.length > 1 ? d.join(" ") : "");
    this.path.setAttribute("stroke-width", width ? width.toFixed(1) : "1.5");
    this.path.classList.toggle("wide", width > 0);
  }

  drawCross(at: { x: number; y: number } | null): void {
    const d = at ? `M${at.x - 14} ${at.y}h28M${at.x} ${at.y - 14}v28` : "";
    this.cross.setAttribute("d", d);
  }

  drawRing(at: { x: number; y: number; radius: number } | null): void {
    this.ring.setAttribute("r", at ? at.radius.toFixed(1) : "0");
    if (!at) return;
    this.ring.setAttribute("cx", at.x.toFixed(1));
    this.ring.setAttribute("cy", at.y.toFixed(1));
  }
}

function make<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name) as SVGElementTagNameMap[K];
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
