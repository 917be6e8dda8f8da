// A task of a user study: which object and parts to make, in how much time.

import { effect, signal } from "@preact/signals-core";
import { Vector3 } from "three";
import * as store from "../core/store";
import * as api from "../net/api";
import type { StudyEnd, StudyProgress, StudyView } from "../wire/messages";
import type { Studio } from "./studio";

const IOU_MS = [200, 1000, 4000];
const VIEW_MS = 1000; // between two notes of where is looked from

export const secondsLeft = signal(0);
/** Mean IoU of the task as of the last answer. */
export const taskIou = signal(0);
export const clicksUsed = signal(0);

/** Follow a trial until it ends; gives the function that ends it. */
export function follow(
  studio: Studio,
  participant: string,
  progress: StudyProgress,
): (reason: StudyEnd["reason"]) => void {
  const { trial } = progress;
  const began = performance.now() - 1000 * progress.elapsed;
  let over = false;
  const end = (reason: StudyEnd["reason"]) => {
    if (over) return;
    over = true;
    window.clearInterval(timer);
    window.clearInterval(looking);
    api.endTrial(participant, trial.number, reason).then(
      () => location.reload(), // the next one
      (error: Error) => store.toast(error.message, "error"),
    );
  };
  const timer = window.setInterval(() => {
    secondsLeft.value = Math.max(0, trial.seconds - (performance.now() - began) / 1000);
    if (secondsLeft.value === 0) end("time");
  }, 250);
  let seen = "";
  const looking = window.setInterval(() => {
    const view = viewOf(studio);
    const now = JSON.stringify(view);
    if (!view || now === seen) return;
    seen = now;
    void api.noteView(participant, trial.number, view).catch(() => undefined);
  }, VIEW_MS);
  taskIou.value = progress.iou ?? 0;
  store.target.value ??= { object: trial.object, part: trial.parts[0]?.part ?? 0 };
  effect(() => {
    const clicks = store.state.value?.clicks.length ?? 0;
    clicksUsed.value = Math.max(clicksUsed.peek(), clicks);
    if (clicksUsed.value >= trial.clicks && store.pending.value === 0) end("clicks");
  });
  effect(() => {
    if (store.answered.value === 0) return;
    const news = (now: StudyProgress) => (taskIou.value = now.iou ?? 0);
    // it is computed after the answer, and later still on a busy machine
    for (const wait of IOU_MS)
      window.setTimeout(() => {
        if (!over) void api.trialState(participant, trial.number).then(news, () => undefined);
      }, wait);
  });
  effect(() => {
    if (store.loaded.value === 1 && store.state.peek()?.rev === 0) look(studio, trial.view);
  });
  return end;
}

/** The world's axes that azimuth is counted from, as `pinpoint3d.picture.render` has them. */
function axes(): { up: Vector3; across: Vector3; ahead: Vector3 } {
  const up = new Vector3(...(store.scene.value?.up ?? [0, 0, 1]));
  const reference = Math.abs(up.x) < 0.9 ? new Vector3(1, 0, 0) : new Vector3(0, 1, 0);
  const across = reference.addScaledVector(up, -up.dot(reference)).normalize();
  return { up, across, ahead: new Vector3().crossVectors(up, across) };
}

/** Look where the task begins. */
function look({ viewer }: Studio, view: StudyView): void {
  const { up, across, ahead } = axes();
  const azimuth = (view.azimuth_deg * Math.PI) / 180;
  const right = across.multiplyScalar(Math.cos(azimuth)).addScaledVector(ahead, Math.sin(azimuth));
  const level = new Vector3().crossVectors(up, right);
  const origin = new Vector3(...(store.scene.value?.origin ?? [0, 0, 0]));
  const target = new Vector3(...view.target).sub(origin);
  const pitch = (-view.elevation_deg * Math.PI) / 180;
  viewer.fly(viewer.camera.looking(target, level, pitch, view.distance_m), true);
}

/** Where is looked from now. */
function viewOf({ viewer }: Studio): StudyView | null {
  const { scene } = store;
  if (!scene.value || store.loaded.value < 1) return null;
  const { up, across, ahead } = axes();
  const forward = viewer.camera.direction();
  const height = Math.max(-1, Math.min(1, forward.dot(up)));
  const level = forward.clone().addScaledVector(up, -height);
  const azimuth = Math.atan2(-level.dot(across), level.dot(ahead));
  const { distance } = viewer.camera;
  const target = viewer.camera.at(0, 0, distance).add(new Vector3(...scene.value.origin));
  const degrees = (v: number) => Math.round((v * 18000) / Math.PI) / 100;
  return {
    target: [target.x, target.y, target.z],
    azimuth_deg: degrees(azimuth),
    elevation_deg: degrees(-Math.asin(height)),
    distance_m: distance,
  };
}
