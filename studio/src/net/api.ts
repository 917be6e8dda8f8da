// REST calls of the studio.

import type {
  Export,
  NewExport,
  NewUpload,
  Opening,
  Problem,
  SceneInfo,
  SessionInfo,
  StudyAnswers,
  StudyEnd,
  StudyPlan,
  StudyProgress,
  StudyView,
  Upload,
} from "../wire/messages";

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const raw = body instanceof Blob;
  const response = await fetch(new URL(`api/v1/${path}`, location.href), {
    method,
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    headers: { "content-type": raw ? "application/octet-stream" : "application/json" },
  });
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Problem | null;
    throw problem?.detail
      ? new ApiError(problem)
      : new Error(`The server answered ${response.status}.`);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const sessions = (): Promise<SessionInfo[]> => call("GET", "sessions");
export const sessionOf = (id: string): Promise<SessionInfo> => call("GET", `sessions/${id}`);
export const newSession = (scene: string): Promise<SessionInfo> =>
  call("POST", "sessions", { scene });
export const startExport = (session: string, format: NewExport["format"]): Promise<Export> =>
  call("POST", `sessions/${session}/exports`, { format });
export const exportState = (id: string): Promise<Export> => call("GET", `exports/${id}`);
export const exportFile = (id: string): string =>
  new URL(`api/v1/exports/${id}/file`, location.href).href;
export const reopened = (scene: string, how: Opening): Promise<SceneInfo> =>
  call("POST", `scenes/${scene}/reopen`, how);

export const studyPlan = (participant: string): Promise<StudyPlan> =>
  call("GET", `study/${participant}`);
export const startTrial = (participant: string, number: number): Promise<StudyProgress> =>
  call("POST", `study/${participant}/trials/${number}`);
export const trialState = (participant: string, number: number): Promise<StudyProgress> =>
  call("GET", `study/${participant}/trials/${number}`);
export const noteView = (participant: string, number: number, view: StudyView): Promise<void> =>
  call("POST", `study/${participant}/trials/${number}/view`, view);
export const noteAnswers = (participant: string, answers: StudyAnswers): Promise<void> =>
  call("POST", `study/${participant}/answers`, answers);
export const endTrial = (
  participant: string,
  number: number,
  reason: StudyEnd["reason"],
): Promise<void> => call("POST", `study/${participant}/trials/${number}/end`, { reason });

/** Send a file piece by piece; the scene that it makes. */
export async function upload(file: File, done: (share: number) => void): Promise<SceneInfo> {
  const start: NewUpload = { name: file.name, bytes: file.size };
  const { id, chunk } = await call<Upload>("POST", "uploads", start);
  for (let offset = 0; offset < file.size; offset += chunk) {
    await call("PUT", `uploads/${id}?offset=${offset}`, file.slice(offset, offset + chunk));
    done(Math.min(1, (offset + chunk) / file.size));
  }
  return call("POST", `uploads/${id}/done`, {});
}

/** Frames of a level of a scene. */
export const level = (scene: string, number: number): Promise<Uint8Array> =>
  bytes(`scenes/${scene}/levels/${number}`);

/** Frame of the confidence of every point. */
export const confidence = (session: string): Promise<Uint8Array> =>
  bytes(`sessions/${session}/confidence`);

/** Frame of what a click on a point could mean. */
export const readings = (session: string, point: number): Promise<Uint8Array> =>
  bytes(`sessions/${session}/readings?point=${point}`);

async function bytes(path: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`api/v1/${path}`, location.href));
  if (!response.ok) throw new Error("The server did not send what it should; reload the page.");
  return new Uint8Array(await response.arrayBuffer());
}
