// A camera with a fixed up direction that turns about any point, and its smooth flights.

import { Matrix4, OrthographicCamera, PerspectiveCamera, Quaternion, Vector3 } from "three";

const FOV_DEG = 50;
const STRAY = 0.007; // share of points on each side that framing leaves out
const PITCH_LIMIT = Math.PI / 2 - 0.001;

/** Everything that must come back after a reload. */
export interface Pose {
  eye: [number, number, number];
  yaw: number;
  pitch: number;
  distance: number;
}

export class Camera {
  readonly perspective = new PerspectiveCamera(FOV_DEG, 1, 0.01, 100);
  private readonly orthographic = new OrthographicCamera();
  private readonly frame = new Matrix4(); // from a world whose up is +z
  private readonly unframe = new Matrix4();
  private eye = new Vector3(0, -1, 0); // all below in the framed world
  private yaw = 0;
  private pitch = 0;
  /** Metres to what is looked at: scale of panning, and size of the orthographic picture. */
  distance = 1;
  ortho = false;
  private readonly low = new Vector3(-1, -1, -1);
  private readonly high = new Vector3(1, 1, 1);

  constructor() {
    this.perspective.matrixAutoUpdate = false;
    this.orthographic.matrixAutoUpdate = false;
  }

  get active(): PerspectiveCamera | OrthographicCamera {
    return this.ortho ? this.orthographic : this.perspective;
  }

  /** Set the world: its up direction and its box, in world coordinates. */
  setWorld(up: Vector3, low: Vector3, high: Vector3): void {
    const turn = new Quaternion().setFromUnitVectors(new Vector3(0, 0, 1), up.clone().normalize());
    this.frame.makeRotationFromQuaternion(turn);
    this.unframe.copy(this.frame).invert();
    this.low.copy(low);
    this.high.copy(high);
  }

  get pose(): Pose {
    return {
      eye: this.eye.toArray() as [number, number, number],
      yaw: this.yaw,
      pitch: this.pitch,
      distance: this.distance,
    };
  }

  set pose(pose: Pose) {
    this.eye.fromArray(pose.eye);
    this.yaw = pose.yaw;
    this.pitch = pose.pitch;
    this.distance = pose.distance;
  }

  /**
   * Pose that sees some points (x y z each) from a direction or the present one; a few stray ones
   * may fall outside. `room` above 1 stands farther off.
   */
  framing(points: Float32Array, room = 1, yaw = this.yaw, pitch = this.pitch): Pose {
    const inverse = rotation(yaw, pitch).invert();
    const seen: Vector3[] = [];
    for (let i = 0; i < points.length; i += 3) {
      const p = new Vector3().fromArray(points, i).applyMatrix4(this.unframe);
      seen.push(p.applyQuaternion(inverse));
    }
    const middle = (axis: "x" | "y" | "z") => {
      const values = seen.map((p) => p[axis]).sort((a, b) => a - b);
      return (quantile(values, STRAY) + quantile(values, 1 - STRAY)) / 2;
    };
    const centre = new Vector3(middle("x"), middle("y"), middle("z"));
    const slopeY = 0.9 * Math.tan(half());
    const slopeX = slopeY * this.perspective.aspect;
    const needed = seen.map((p) => {
      const wide = Math.abs(p.x - centre.x) / slopeX;
      const tall = Math.abs(p.y - centre.y) / slopeY;
      return Math.max(wide, tall) + p.z - centre.z;
    });
    const nearest = quantile(needed.sort((a, b) => a - b), 1 - STRAY);
    const distance = Math.max(1e-3, room * nearest);
    centre.z += distance; // the camera looks along -z
    const eye = centre.applyQuaternion(rotation(yaw, pitch));
    return { eye: eye.toArray() as [number, number, number], yaw, pitch, distance };
  }

  /** Yaw from which a horizontal direction (of the world) lies ahead. */
  yawTowards(direction: Vector3): number {
    const framed = direction.clone().applyMatrix4(this.unframe);
    return Math.atan2(-framed.x, framed.y);
  }

  /** Pose that looks at a point from a distance, in the present direction. */
  facing(point: Vector3, distance: number): Pose {
    const eye = point.clone().applyMatrix4(this.unframe);
    eye.addScaledVector(forward(this.yaw, this.pitch), -distance);
    const pose = { eye: eye.toArray() as [number, number, number], yaw: this.yaw };
    return { ...pose, pitch: this.pitch, distance };
  }

  /** Pose that looks at a point along a level direction, tilted, from a distance. */
  looking(point: Vector3, level: Vector3, pitch: number, distance: number): Pose {
    const yaw = this.yawTowards(level);
    const eye = point.clone().applyMatrix4(this.unframe);
    eye.addScaledVector(forward(yaw, pitch), -distance);
    return { eye: eye.toArray() as [number, number, number], yaw, pitch, distance };
  }

  /** Where it looks, in the world. */
  direction(): Vector3 {
    return forward(this.yaw, this.pitch).applyMatrix4(this.frame);
  }

  orbit(about: Vector3, dyaw: number, dpitch: number): void {
    const pivot = about.clone().applyMatrix4(this.unframe);
    const before = rotation(this.yaw, this.pitch).invert();
    this.yaw += dyaw;
    this.pitch = Math.min(PITCH_LIMIT, Math.max(-PITCH_LIMIT, this.pitch + dpitch));
    const turn = rotation(this.yaw, this.pitch).multiply(before);
    this.eye.sub(pivot).applyQuaternion(turn).add(pivot);
  }

  /** Move across the picture, so that what is at `depth` follows by so many pixels. */
  pan(dx: number, dy: number, depth: number, height: number): void {
    const unit = (2 * (this.ortho ? this.distance : depth) * Math.tan(half())) / height;
    const turn = rotation(this.yaw, this.pitch);
    this.eye.addScaledVector(new Vector3(1, 0, 0).applyQuaternion(turn), -dx * unit);
    this.eye.addScaledVector(new Vector3(0, 1, 0).applyQuaternion(turn), dy * unit);
  }

  /** Come nearer to a point (factor below 1), which stays where it is in the picture. */
  zoom(to: Vector3, factor: number): void {
    const point = to.clone().applyMatrix4(this.unframe);
    this.eye.sub(point).multiplyScalar(factor).add(point);
    this.distance *= factor;
  }

  /** Fly: right, ahead, up, in metres. */
  move(right: number, ahead: number, up: number): void {
    const turn = rotation(this.yaw, this.pitch);
    this.eye.addScaledVector(new Vector3(1, 0, 0).applyQuaternion(turn), right);
    this.eye.addScaledVector(forward(this.yaw, this.pitch), ahead);
    this.eye.z += up;
  }

  depthOf(point: Vector3): number {
    const framed = point.clone().applyMatrix4(this.unframe).sub(this.eye);
    return framed.dot(forward(this.yaw, this.pitch));
  }

  /** A point in the picture at a depth, from normalised device coordinates. */
  at(x: number, y: number, depth: number): Vector3 {
    const camera = this.active;
    const near = new Vector3(x, y, -1).unproject(camera);
    const far = new Vector3(x, y, 1).unproject(camera);
    const ray = far.sub(near);
    const ahead = forward(this.yaw, this.pitch).applyMatrix4(this.frame);
    const start = this.depthOf(near);
    return near.addScaledVector(ray, (depth - start) / ray.dot(ahead));
  }

  /** Bring matrices up to date for a picture of that size; near and far come from the box. */
  update(width: number, height: number): void {
    let near = Infinity;
    let far = -Infinity;
    const corner = new Vector3();
    for (let i = 0; i < 8; i++) {
      corner.set(
        i & 1 ? this.high.x : this.low.x,
        i & 2 ? this.high.y : this.low.y,
        i & 4 ? this.high.z : this.low.z,
      );
      const depth = this.depthOf(corner);
      near = Math.min(near, depth);
      far = Math.max(far, depth);
    }
    const size = this.low.distanceTo(this.high) || 1;
    far = Math.max(far * 1.01, size * 1e-3);
    near = Math.max(near * 0.99, far * 1e-3, size * 1e-4);
    const camera = this.active;
    if (camera instanceof PerspectiveCamera) {
      camera.aspect = width / height;
      camera.near = near;
    } else {
      const top = this.distance * Math.tan(half());
      camera.top = top;
      camera.bottom = -top;
      camera.right = (top * width) / height;
      camera.left = -camera.right;
      camera.near = -size - far;
    }
    camera.far = far;
    camera.updateProjectionMatrix();
    const turn = rotation(this.yaw, this.pitch);
    camera.matrix.compose(this.eye, turn, new Vector3(1, 1, 1)).premultiply(this.frame);
    camera.matrixWorld.copy(camera.matrix);
    camera.matrixWorldInverse.copy(camera.matrix).invert();
  }
}

const quantile = (sorted: number[], share: number): number =>
  sorted[Math.round(share * (sorted.length - 1))];

const half = () => (FOV_DEG / 2) * (Math.PI / 180);

/** At yaw 0 and pitch 0 the camera looks along +y with +z up; yaw turns to the left. */
function rotation(yaw: number, pitch: number): Quaternion {
  const level = new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), yaw);
  return level.multiply(
    new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), Math.PI / 2 + pitch),
  );
}

const forward = (yaw: number, pitch: number): Vector3 =>
  new Vector3(0, 0, -1).applyQuaternion(rotation(yaw, pitch));

/** Pose part of the way from one to another. */
export function between(a: Pose, b: Pose, t: number): Pose {
  const s = t * t * (3 - 2 * t);
  const mix = (x: number, y: number) => x + (y - x) * s;
  const turn = ((b.yaw - a.yaw + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
  return {
    eye: [mix(a.eye[0], b.eye[0]), mix(a.eye[1], b.eye[1]), mix(a.eye[2], b.eye[2])],
    yaw: a.yaw + turn * s,
    pitch: mix(a.pitch, b.pitch),
    distance: mix(a.distance, b.distance),
  };
}
