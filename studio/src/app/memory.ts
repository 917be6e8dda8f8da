// What a reload brings back beside the session itself: where one looked, and at what.

import type { Target } from "../core/clicks";
import type { Pose } from "../view/camera";

interface Kept {
  pose?: Pose;
  target?: Target | null;
  slots?: [object: number, slot: number][];
}

const name = (session: string) => `pinpoint3d.session.${session}`;

export function recall(session: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(name(session)) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

export function remember(session: string, news: Kept): void {
  localStorage.setItem(name(session), JSON.stringify({ ...recall(session), ...news }));
}

export interface Settings {
  theme?: "dark" | "light";
  keys?: Record<string, string[]>;
  suggesting?: boolean;
  seenHelp?: boolean;
}

export function settings(): Settings {
  try {
    return JSON.parse(localStorage.getItem("pinpoint3d.settings") ?? "{}") as Settings;
  } catch {
    return {};
  }
}

export function setSetting(news: Settings): void {
  localStorage.setItem("pinpoint3d.settings", JSON.stringify({ ...settings(), ...news }));
}

/** Go to a session's page. */
export function openSession(id: string): void {
  const search = new URLSearchParams(location.search);
  search.set("session", id);
  location.search = search.toString();
}
