// Where one lands without a session: earlier work, scans, and a place to drop a file.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { openSession } from "../app/memory";
import * as api from "../net/api";
import type { SessionInfo } from "../wire/messages";
import { Icon } from "./icons";

export function Start() {
  const sessions = useSignal<SessionInfo[] | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    api.sessions().then(
      (found) => {
        sessions.value = found;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  }, []);
  const found = sessions.value;
  return (
    <div class="start">
      <header>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <div>
          <h1>pinpoint3d</h1>
          <p>Click on a 3D scan and get the object and its parts.</p>
        </div>
      </header>
      <DropZone always />
      {problem.value && <p class="bad">{problem.value}</p>}
      {found && found.length > 0 && (
        <section>
          <h2>Go on with</h2>
          <ul>
            {found.map((session) => (
              <li key={session.id}>
                <button type="button" class="button card" onClick={() => openSession(session.id)}>
                  <b>{session.name}</b>
                  <span>
                    {session.rev} operations · {when(session.modified)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

const when = (time: string): string => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
};

/** Takes a dropped file: uploads it and opens a session on it. */
export function DropZone({ always = false }: { always?: boolean }) {
  const over = useSignal(false);
  const share = useSignal<number | null>(null);
  const problem = useSignal<string | null>(null);
  const open = async (file: File | undefined) => {
    if (!file) return;
    problem.value = null;
    share.value = 0;
    try {
      const scene = await api.upload(file, (done) => {
        share.value = done;
      });
      openSession((await api.newSession(scene.id)).id);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    share.value = null;
  };
  useEffect(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    window.addEventListener("dragover", (event) => {
      event.preventDefault();
      over.value = true;
    }, options);
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) over.value = false;
    }, options);
    window.addEventListener("drop", (event) => {
      event.preventDefault();
      over.value = false;
      void open(event.dataTransfer?.files[0]);
    }, options);
    return () => stop.abort();
  }, []);
  if (!always && !over.value && share.value === null && !problem.value) return null;
  return (
    <label class={`drop${over.value ? " over" : ""}${always ? "" : " floating"}`}>
      <Icon name="export" />
      {share.value === null ? (
        <span>
          Drop a scan here, or <u>choose a file</u>
          <small>PLY, PCD, LAS/LAZ, OBJ, STL, GLB, NPZ, XYZ, KITTI bin …</small>
        </span>
      ) : (
        <span>
          {share.value < 1 ? `Sending ${Math.round(100 * share.value)} %` : "Reading the scan…"}
          <progress aria-label="Upload" value={share.value} max="1" />
        </span>
      )}
      {problem.value && <span class="bad">{problem.value}</span>}
      <input
        type="file"
        class="sr-only"
        onChange={(event) => void open(event.currentTarget.files?.[0])}
      />
    </label>
  );
}
