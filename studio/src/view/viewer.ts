// The picture: draws the cloud when something changed, and only then.

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DynamicDrawUsage,
  FloatType,
  GLSL3,
  Matrix4,
  Mesh,
  NearestFilter,
  PlaneGeometry,
  Points,
  RawShaderMaterial,
  Scene,
  UnsignedByteType,
  Vector2,
  Vector3,
  WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import type { Cloud } from "../core/cloud";
import { sizeOfCode } from "../core/density";
import { Camera, between, type Pose } from "./camera";
import { inside, pick, type Projection } from "./picking";
import {
  EDL_FRAGMENT,
  MODES,
  PALETTE_ROWS,
  PALETTE_WIDTH,
  POINT_FRAGMENT,
  POINT_VERTEX,
  SCREEN_VERTEX,
  type ColourMode,
} from "./shaders";

const TARGET_MS = 50; // of a frame while moving
const FEWEST_DRAWN = 30_000;
const STILL_MS = 150; // without movement: draw everything
const HOLD_MS = 2000; // without an answer: draw what there is
const QUICK_POINTS = 100_000; // in software, an answer is shown on these first, then on all
const FLIGHT_MS = 350;
const OVERVIEW_ROOM = 0.88; // edges of a scan are cut off, what stands in it is larger
const SIZE_LIMITS = [1.5, 20] as const; // CSS pixels
const SPLAT = 1.3; // side of a point in spacings

const SIZE_OF_CODE = Float32Array.from({ length: 256 }, (_, code) => sizeOfCode(code));

export type Visibility = "shown" | "back" | "hidden";
export type Rgb = readonly [number, number, number];

export class Viewer {
  readonly camera = new Camera();
  /** Frames drawn since the start. */
  frames = 0;
  /** Called after each frame; `settled` when all points were drawn and nothing moves. */
  onDraw: (settled: boolean) => void = () => {};
  readonly software: boolean;
  readonly rendererName: string;

  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly screenScene = new Scene();
  private readonly material: RawShaderMaterial;
  private readonly edl: RawShaderMaterial;
  private readonly palette: DataTexture;
  private depthTarget: WebGLRenderTarget | null = null;
  private points: Points | null = null;
  private label: BufferAttribute | null = null;
  private lit: [number, number][] = [];
  private cloud: Cloud | null = null;
  private readonly toClip = new Matrix4();
  private width = 1;
  private height = 1;
  private scheduled = 0;
  private drawn = 0; // points
  private budget = Infinity; // points while moving
  private lastMove = -Infinity;
  private lastFrame = 0;
  private stillTimer = 0;
  private holdTimer = 0;
  private dirty = false;
  private flight: { from: Pose; to: Pose; start: number } | null = null;
  private hiddenObjects = new Set<number>();
  private hiddenParts = new Set<number>();
  private painted = ""; // what the palette was made of
  private shading = false;
  private background = new Color(0x111418);

  constructor(readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({
      canvas,
      antialias: false,
      alpha: false,
      powerPreference: "high-performance",
    });
    this.renderer.autoClear = false;
    const gl = this.renderer.getContext();
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.rendererName = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
    this.software = /swiftshader|llvmpipe|software/i.test(this.rendererName);
    this.palette = new DataTexture(
      new Uint8Array(PALETTE_WIDTH * PALETTE_ROWS * 4).fill(255),
      PALETTE_WIDTH,
      PALETTE_ROWS,
    );
    this.palette.type = UnsignedByteType;
    this.palette.minFilter = this.palette.magFilter = NearestFilter;
    this.palette.needsUpdate = true;
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: POINT_VERTEX,
      fragmentShader: POINT_FRAGMENT,
      uniforms: {
        toClip: { value: this.toClip },
        up: { value: new Vector3(0, 0, 1) },
        heights: { value: new Vector2(0, 1) },
        palette: { value: this.palette },
        mode: { value: 0 },
        overlay: { value: 0.75 },
        pixelScale: { value: 1 },
        sizeLimits: { value: new Vector2(1.5, 12) },
        perspectiveSize: { value: true },
        target: { value: new Vector2(-1, 0) },
        keepDepth: { value: false },
      },
    });
    this.edl = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: SCREEN_VERTEX,
      fragmentShader: EDL_FRAGMENT,
      depthTest: false,
      depthWrite: false,
      uniforms: {
        picture: { value: null },
        background: { value: new Color() },
        strength: { value: 3.2 },
        radius: { value: 1 },
      },
    });
    const screen = new Mesh(new PlaneGeometry(2, 2), this.edl);
    screen.frustumCulled = false;
    this.screenScene.add(screen);
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.invalidate());
  }

  setCloud(cloud: Cloud, up: Rgb): void {
    this.cloud = cloud;
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(cloud.xyz, 3));
    geometry.setAttribute("colour", new BufferAttribute(padded(cloud.rgb, Uint8Array, cloud.sizes), 4));
    if (cloud.normals)
      geometry.setAttribute("normal", new BufferAttribute(padded(cloud.normals, Int8Array), 4));
    this.label = new BufferAttribute(new Uint8Array(4 * cloud.n), 4);
    this.label.setUsage(DynamicDrawUsage);
    geometry.setAttribute("label", this.label);
    this.points?.geometry.dispose();
    this.points?.removeFromParent();
    this.points = new Points(geometry, this.material);
    this.points.frustumCulled = false;
    this.scene.add(this.points);
    this.budget = cloud.n;
    this.setUp(up);
    this.updateLabels();
  }

  /** Take another direction as up. */
  setUp(up: Rgb): void {
    if (!this.cloud) return;
    const { low, high } = this.cloud;
    const direction = new Vector3(...up);
    this.camera.setWorld(direction, new Vector3(...low), new Vector3(...high));
    this.material.uniforms.up.value.copy(direction);
    let bottom = Infinity;
    let top = -Infinity;
    for (let i = 0; i < 8; i++) {
      const x = i & 1 ? high[0] : low[0];
      const y = i & 2 ? high[1] : low[1];
      const h = x * up[0] + y * up[1] + (i & 4 ? high[2] : low[2]) * up[2];
      bottom = Math.min(bottom, h);
      top = Math.max(top, h);
    }
    this.material.uniforms.heights.value.set(bottom, top);
    this.invalidate();
  }

  /** Send labels of points from `start` to `end` to the graphics card. */
  updateLabels(start = 0, end = this.cloud?.n ?? 0): void {
    if (!this.cloud || !this.label || end <= start) return;
    if (this.lit.length > 0) [start, end] = [0, this.cloud.n];
    this.lit = [];
    const out = this.label.array as Uint8Array;
    const { object, part, confidence } = this.cloud;
    for (let i = start, k = 4 * start; i < end; i++, k += 4) {
      out[k] = object[i] & 255;
      out[k + 1] = object[i] >> 8;
      out[k + 2] = part[i];
      out[k + 3] = confidence[i] >> 1; // the eighth bit lights a point up
    }
    this.label.addUpdateRange(4 * start, 4 * (end - start));
    this.label.needsUpdate = true;
    this.invalidate();
  }

  /** Show labels that the cloud does not have: points of `runs` as a target, others of it as none. */
  previewLabels(runs: [number, number][], object: number, part: number): void {
    if (!this.cloud || !this.label) return;
    const out = this.label.array as Uint8Array;
    const { cloud } = this;
    for (let i = 0; i < cloud.n; i++) {
      const was = cloud.object[i] === object && cloud.part[i] === part;
      out[4 * i] = was ? 0 : cloud.object[i] & 255;
      out[4 * i + 1] = was ? 0 : cloud.object[i] >> 8;
      out[4 * i + 2] = was ? 0 : cloud.part[i];
    }
    for (const [start, end] of runs)
      for (let i = start; i < Math.min(end, cloud.n); i++) {
        out[4 * i] = object & 255;
        out[4 * i + 1] = object >> 8;
        out[4 * i + 2] = part;
      }
    this.label.needsUpdate = true;
    this.invalidate();
  }

  /** Light up points: runs [first, end), or none. */
  light(runs: [number, number][]): void {
    if (!this.label || (runs.length === 0 && this.lit.length === 0)) return;
    const out = this.label.array as Uint8Array;
    for (const [start, end] of this.lit) for (let i = start; i < end; i++) out[4 * i + 3] &= 127;
    this.lit = runs.map(([start, end]) => [start, Math.min(end, this.cloud?.n ?? 0)]);
    for (const [start, end] of this.lit) for (let i = start; i < end; i++) out[4 * i + 3] |= 128;
    this.label.needsUpdate = true;
    this.invalidate();
  }

  /** Number of points that are lit up. */
  get lightedUp(): number {
    return this.lit.reduce((n, [start, end]) => n + end - start, 0);
  }

  /** Colour and visibility of labels; those not named are shown with their default. */
  setPalette(
    entries: { object: number; part: number; colour: Rgb; visibility: Visibility }[],
    background: Visibility,
  ): void {
    const painted = JSON.stringify([entries, background]);
    if (painted === this.painted) return; // no frame for nothing
    this.painted = painted;
    const data = this.palette.image.data as Uint8Array;
    data.fill(255);
    this.hiddenObjects = new Set();
    this.hiddenParts = new Set();
    const opacity = { shown: 255, back: 128, hidden: 0 };
    if (background !== "shown") data[3] = opacity[background];
    if (background === "hidden") this.hiddenObjects.add(0);
    for (const { object, part, colour, visibility } of entries) {
      const at = 4 * ((object % PALETTE_ROWS) * PALETTE_WIDTH + part);
      data.set([...colour, opacity[visibility]], at);
      if (visibility === "hidden") this.hiddenParts.add(object * 256 + part);
    }
    this.palette.needsUpdate = true;
    this.invalidate();
  }

  set mode(mode: ColourMode) {
    this.material.uniforms.mode.value = MODES.indexOf(mode);
    this.drawAnyway();
  }

  set overlay(share: number) {
    this.material.uniforms.overlay.value = share;
    this.drawAnyway();
  }

  setTarget(object: number, part: number): void {
    const shown = this.material.uniforms.target.value;
    if (shown.x === (object || -1) && shown.y === part) return;
    shown.set(object || -1, part);
    this.invalidate();
  }

  /** Light from depth: gives form to scans without colour. */
  set depthShading(on: boolean) {
    const possible = this.renderer.getContext().getExtension("EXT_color_buffer_float") !== null;
    this.shading = on && possible;
    this.drawAnyway();
  }

  set backgroundColour(colour: string) {
    this.background.set(colour);
    this.edl.uniforms.background.value.copyLinearToSRGB(this.background);
    this.invalidate();
  }

  resize(width: number, height: number): void {
    if (width < 1 || height < 1) return;
    this.width = width;
    this.height = height;
    this.camera.perspective.aspect = width / height;
    this.renderer.setPixelRatio(this.software ? 1 : Math.min(window.devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    this.depthTarget?.dispose();
    this.depthTarget = null;
    this.draw(); // at once: a resized canvas is blank
  }

  /**
   * Draw nothing until `release`, unless the camera moves: the parts of an answer come one after
   * the other, and a frame for each would delay the last.
   */
  hold(): void {
    window.clearTimeout(this.holdTimer);
    this.holdTimer = window.setTimeout(() => this.release(), HOLD_MS);
  }

  release(): void {
    window.clearTimeout(this.holdTimer);
    this.holdTimer = 0;
    if (!this.dirty) return;
    this.dirty = false;
    if (this.software && this.cloud && this.cloud.n > 2 * QUICK_POINTS) {
      this.budget = Math.min(this.budget, QUICK_POINTS);
      this.moving();
    } else this.invalidate();
  }

  /** Whether what is shown differs from what was drawn last. */
  get isDue(): boolean {
    return this.dirty || this.scheduled !== 0;
  }

  /** Ask for a frame whatever is waited for: the person changed how things look. */
  private drawAnyway(): void {
    window.clearTimeout(this.holdTimer);
    this.holdTimer = 0;
    this.dirty = false;
    this.invalidate();
  }

  /** Ask for a frame; many calls make one. */
  invalidate(): void {
    if (this.holdTimer !== 0 && performance.now() - this.lastMove > STILL_MS) this.dirty = true;
    else if (this.scheduled === 0) this.scheduled = requestAnimationFrame(this.tick);
  }

  /** The camera moves: draw fewer points until it rests. */
  moving(): void {
    this.lastMove = performance.now();
    window.clearTimeout(this.stillTimer);
    this.stillTimer = window.setTimeout(() => this.invalidate(), STILL_MS + 5);
    this.invalidate();
  }

  fly(to: Pose, calm = false): void {
    if (calm || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.flight = null;
      this.camera.pose = to;
      this.invalidate();
      return;
    }
    this.flight = { from: this.camera.pose, to, start: performance.now() };
    this.moving();
  }

  /** Pose that sees all of the scan; of a room, with its walls behind. */
  overview(): Pose {
    const points = this.sample(() => true);
    const up = this.material.uniforms.up.value as Vector3;
    const { x: bottom, y: top } = this.material.uniforms.heights.value as Vector2;
    const all = new Vector3();
    const high = new Vector3();
    let n = 0;
    const p = new Vector3();
    for (let i = 0; i < points.length; i += 3) {
      p.fromArray(points, i);
      all.add(p);
      if (p.dot(up) < bottom + 0.6 * (top - bottom)) continue;
      high.add(p);
      n += 1;
    }
    all.multiplyScalar(3 / points.length);
    const towards = high.divideScalar(Math.max(1, n)).sub(all).projectOnPlane(up);
    const isOpen = n > 0 && towards.length() > 0.02 * (top - bottom);
    const yaw = isOpen ? this.camera.yawTowards(towards) : 0.6;
    return this.camera.framing(points, OVERVIEW_ROOM, yaw, -0.55);
  }

  /** Positions of up to some thousand of the points that pass. */
  sample(passes: (i: number) => boolean): Float32Array {
    if (!this.cloud) return new Float32Array(0);
    const { n, xyz } = this.cloud;
    const rows: number[] = [];
    for (let i = 0; i < n; i++) if (passes(i)) rows.push(i);
    const step = Math.max(1, Math.floor(rows.length / 4000));
    const out: number[] = [];
    for (let k = 0; k < rows.length; k += step)
      out.push(xyz[3 * rows[k]], xyz[3 * rows[k] + 1], xyz[3 * rows[k] + 2]);
    return Float32Array.from(out);
  }

  stopFlight(): void {
    this.flight = null;
  }

  pick(x: number, y: number): number {
    return this.cloud ? pick(this.cloud, this.projection(), x, y) : -1;
  }

  inside(holds: (x: number, y: number) => boolean, through: boolean): Uint32Array {
    return this.cloud
      ? inside(this.cloud, this.projection(), holds, through)
      : new Uint32Array(0);
  }

  position(i: number): Vector3 {
    return this.cloud ? new Vector3().fromArray(this.cloud.xyz, 3 * i) : new Vector3();
  }

  /** CSS pixel and depth of a point; null behind the camera. */
  screen(i: number): { x: number; y: number; depth: number } | null {
    const p = this.position(i);
    const m = this.toClip.elements;
    const w = m[3] * p.x + m[7] * p.y + m[11] * p.z + m[15];
    if (w <= 0) return null;
    p.applyMatrix4(this.toClip);
    return { x: ((p.x + 1) * this.width) / 2, y: ((1 - p.y) * this.height) / 2, depth: w };
  }

  /** Middle of the picture in CSS pixels. */
  middle(): { x: number; y: number } {
    return { x: this.width / 2, y: this.height / 2 };
  }

  /** Side in CSS pixels of a metre at a depth. */
  pixelsPerMetre(depth: number): number {
    const scale = this.camera.active.projectionMatrix.elements[5] * this.height * 0.5;
    return this.camera.ortho ? scale : scale / depth;
  }

  /** Colour at a CSS pixel of a picture drawn now. */
  readPixel(x: number, y: number): [number, number, number] {
    this.draw();
    const gl = this.renderer.getContext();
    const ratio = this.renderer.getPixelRatio();
    const out = new Uint8Array(4);
    const column = Math.floor(x * ratio);
    const row = Math.floor((this.height - y) * ratio);
    gl.readPixels(column, row, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, out);
    return [out[0], out[1], out[2]];
  }

  /** Wait until what was drawn is there. */
  finish(): void {
    const gl = this.renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** Share of the picture that is not background. */
  coloured(): number {
    this.draw();
    const gl = this.renderer.getContext();
    const { width, height } = this.canvas;
    const out = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, out);
    const shown = new Color().copyLinearToSRGB(this.background);
    const back = [shown.r, shown.g, shown.b].map((v) => 255 * v);
    let n = 0;
    for (let i = 0; i < out.length; i += 4)
      if (back.some((v, k) => Math.abs(out[i + k] - v) > 3)) n += 1;
    return n / (width * height);
  }

  isVisible = (i: number): boolean => {
    const cloud = this.cloud;
    if (!cloud) return false;
    if (this.hiddenObjects.has(cloud.object[i])) return false;
    return !this.hiddenParts.has(cloud.object[i] * 256 + cloud.part[i]);
  };

  /** Side of a point in metres: wider where only some are drawn, so that surfaces stay closed. */
  private splat(): number {
    if (!this.cloud) return 0;
    const thinned = Math.min(2, Math.sqrt(this.cloud.n / Math.max(1, this.drawn)));
    return SPLAT * this.cloud.spacing * thinned;
  }

  private projection(): Projection {
    const scale = this.pixelsPerMetre(1) * this.splat();
    const sizes = this.cloud?.sizes ?? new Uint8Array(0);
    const side = (i: number, at: number) =>
      Math.min(SIZE_LIMITS[1], Math.max(SIZE_LIMITS[0], SIZE_OF_CODE[sizes[i]] * at));
    return {
      matrix: this.toClip.elements,
      width: this.width,
      height: this.height,
      drawn: this.drawn,
      size: this.camera.ortho ? (i) => side(i, scale) : (i, w) => side(i, scale / w),
      visible:
        this.hiddenObjects.size + this.hiddenParts.size === 0 ? () => true : this.isVisible,
    };
  }

  private tick = (now: number): void => {
    this.scheduled = 0;
    if (this.flight) {
      const t = Math.min(1, (now - this.flight.start) / FLIGHT_MS);
      this.camera.pose = between(this.flight.from, this.flight.to, Math.max(0, t));
      if (t < 1) this.moving();
      else this.flight = null;
    }
    const isMoving = performance.now() - this.lastMove < STILL_MS;
    if (isMoving && this.cloud) {
      const took = now - this.lastFrame;
      if (took < 500 && (took > TARGET_MS * 1.3 || took < TARGET_MS * 0.6)) {
        const factor = Math.min(1.5, Math.max(0.5, TARGET_MS / Math.max(took, 1)));
        const fewest = Math.min(FEWEST_DRAWN, this.cloud.n);
        this.budget = Math.min(this.cloud.n, Math.max(fewest, this.budget * factor));
      }
    }
    this.lastFrame = now;
    this.draw(isMoving);
  };

  private draw(isMoving = false): void {
    if (!this.cloud || !this.points) return;
    this.frames += 1;
    this.drawn = isMoving ? Math.floor(this.budget) : this.cloud.n;
    this.points.geometry.setDrawRange(0, this.drawn);
    this.camera.update(this.width, this.height);
    const camera = this.camera.active;
    this.toClip.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    const ratio = this.renderer.getPixelRatio();
    const { uniforms } = this.material;
    uniforms.pixelScale.value = this.pixelsPerMetre(1) * this.splat() * ratio;
    uniforms.sizeLimits.value.set(SIZE_LIMITS[0] * ratio, SIZE_LIMITS[1] * ratio);
    uniforms.keepDepth.value = this.shading;
    uniforms.perspectiveSize.value = !this.camera.ortho;
    if (this.shading) {
      const [w, h] = [Math.floor(this.width * ratio), Math.floor(this.height * ratio)];
      this.depthTarget ??= new WebGLRenderTarget(w, h, {
        type: FloatType,
        minFilter: NearestFilter,
        magFilter: NearestFilter,
      });
      this.renderer.setRenderTarget(this.depthTarget);
      this.renderer.setClearColor(0, -2000);
      this.renderer.clear();
      this.renderer.render(this.scene, camera);
      this.renderer.setRenderTarget(null);
      this.edl.uniforms.picture.value = this.depthTarget.texture;
      this.edl.uniforms.radius.value = Math.max(1, Math.round(ratio));
      this.renderer.render(this.screenScene, camera);
    } else {
      this.renderer.setRenderTarget(null);
      this.renderer.setClearColor(this.background, 1);
      this.renderer.clear();
      this.renderer.render(this.scene, camera);
    }
    this.onDraw(!isMoving && this.flight === null);
  }
}

/** Triples with a fourth value, as graphics cards want them. */
function padded<T extends Uint8Array | Int8Array>(
  triples: T,
  make: new (n: number) => T,
  fourth?: T,
): T {
  const n = triples.length / 3;
  const out = new make(4 * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < 3; k++) out[4 * i + k] = triples[3 * i + k];
    if (fourth) out[4 * i + 3] = fourth[i];
  }
  return out;
}
