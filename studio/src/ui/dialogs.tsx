// Export, opening report and keys.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { openSession, setSetting } from "../app/memory";
import { COMMANDS, combination } from "../core/keys";
import * as store from "../core/store";
import * as api from "../net/api";
import type { Export, NewExport } from "../wire/messages";
import { count, plural, Window } from "./parts";

const close = () => {
  store.dialog.value = null;
};

type Format = NewExport["format"];

const FORMATS: { format: Format; name: string; keeps: string }[] = [
  { format: "ply", name: "PLY", keeps: "All points in the file's order, object, part and confidence as columns" },
  { format: "npz", name: "NumPy", keeps: "object, part and confidence arrays, with the points" },
  { format: "las", name: "LAS", keeps: "Points with object and part as extra bytes" },
  { format: "laz", name: "LAZ", keeps: "As LAS, compressed" },
  { format: "pcd", name: "PCD", keeps: "Points with object, part and confidence" },
  { format: "glb", name: "GLB", keeps: "One node for each part, to open in a 3D program" },
  { format: "csv", name: "CSV", keeps: "A line for each point: for spreadsheets" },
  { format: "project", name: "Project", keeps: "Every operation, so that work can go on elsewhere" },
  { format: "clicks", name: "Clicks", keeps: "The clicks alone, as JSON: to run again or to study" },
];

export function ExportDialog() {
  const chosen = useSignal<Format>("ply");
  const running = useSignal<Export | null>(null);
  const problem = useSignal<string | null>(null);
  const rows = store.rows.value;
  const labelled = rows.reduce((n, row) => n + row.points, 0);
  const all = store.scene.value?.points ?? 0;
  const busy = running.value?.state === "waiting" || running.value?.state === "running";

  const start = async () => {
    const session = store.session.value;
    if (!session) return;
    problem.value = null;
    try {
      running.value = await api.startExport(session.id, chosen.value);
      while (running.value.state === "waiting" || running.value.state === "running") {
        await new Promise((resolve) => setTimeout(resolve, 150));
        running.value = await api.exportState(running.value.id);
      }
      if (running.value.state === "failed") problem.value = running.value.detail;
      else save(running.value);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
      running.value = null;
    }
  };

  return (
    <Window title="Export" onClose={close} wide>
      <div class="columns">
        <fieldset class="formats">
          <legend>Format</legend>
          {FORMATS.map(({ format, name, keeps }) => (
            <label key={format} class={chosen.value === format ? "on" : ""}>
              <input
                type="radio"
                name="format"
                value={format}
                checked={chosen.value === format}
                onChange={() => {
                  chosen.value = format;
                }}
              />
              <b>{name}</b>
              <span>{keeps}</span>
            </label>
          ))}
        </fieldset>
        <div class="preview">
          <h3>What is in it</h3>
          <table>
            <tbody>
              {rows.map((row) => (
                <tr key={row.object}>
                  <td>{row.name ?? `Object ${row.object}`}</td>
                  <td>{row.parts.length ? plural(row.parts.length, "part") : ""}</td>
                  <td class="number">{count(row.points)}</td>
                </tr>
              ))}
              <tr class="rest">
                <td>Unlabelled</td>
                <td />
                <td class="number">{count(all - labelled)}</td>
              </tr>
            </tbody>
          </table>
          <p class="note">
            Coordinates, order and count are the file's own. Your scan itself is not changed.
          </p>
        </div>
      </div>
      <footer>
        <span role="status">
          {problem.value && <span class="bad">{problem.value}</span>}
          {busy && "Writing…"}
          {running.value?.state === "done" && (
            <a href={api.exportFile(running.value.id)} download={running.value.name}>
              {running.value.name}
            </a>
          )}
        </span>
        <button type="button" class="button primary" disabled={busy} onClick={() => void start()}>
          {rows.length ? "Export" : "Export without labels"}
        </button>
      </footer>
    </Window>
  );
}

function save(done: Export): void {
  const link = document.createElement("a");
  link.href = api.exportFile(done.id);
  link.download = done.name;
  link.click();
}

export function ReportDialog() {
  const scene = store.scene.value;
  if (!scene) return null;
  const report = scene.report;
  const text = (key: string): string | null => {
    const value = report[key];
    return value === null || value === undefined || value === "" ? null : String(value);
  };
  const extent = Array.isArray(report.extent_m)
    ? (report.extent_m as number[]).map((v) => v.toFixed(2)).join(" × ") + " m"
    : null;
  const notes = Array.isArray(report.notes) ? (report.notes as string[]) : [];
  const sure = (from: string | null) =>
    from === "guessed" ? <em class="tag warn">guessed</em> : <em class="tag">{from}</em>;
  return (
    <Window title={`Opened: ${scene.name}`} onClose={close}>
      <dl class="report">
        <dt>Points</dt>
        <dd>
          {count(scene.rows)}
          {scene.rows !== scene.points && ` (${count(scene.rows - scene.points)} without a position)`}
        </dd>
        {extent && <dt>Size</dt>}
        {extent && <dd>{extent}</dd>}
        <dt>Unit</dt>
        <dd>
          {text("unit") ?? "metres"} {sure(text("unit_from"))}
          <Reopen what="units" options={["m", "cm", "mm"]} now={text("unit")} />
        </dd>
        <dt>Up</dt>
        <dd>
          {text("up") ?? "?"} {sure(text("up_from"))}
          <Reopen what="up" options={["+z", "+y", "-y", "-z"]} now={text("up")} />
        </dd>
        <dt>Spacing</dt>
        <dd>{(1000 * scene.spacing_m).toFixed(1)} mm between points</dd>
        <dt>Colour</dt>
        <dd>{text("colour") ?? "none"}</dd>
        <dt>Normals</dt>
        <dd>{report.has_normals ? "in the file" : "none"}</dd>
        {scene.has_truth && <dt>Labels</dt>}
        {scene.has_truth && <dd>in the file; the tree shows IoU against them</dd>}
      </dl>
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <p class="note">
        A fix opens the scan again as a new session; the file and this session stay as they are.
      </p>
    </Window>
  );
}

/** Buttons that open the scan again, read another way. */
function Reopen(props: { what: "units" | "up"; options: string[]; now: string | null }) {
  const problem = useSignal<string | null>(null);
  const busy = useSignal(false);
  const reopen = async (value: string) => {
    const scene = store.scene.value;
    if (!scene) return;
    busy.value = true;
    try {
      const next = await api.reopened(scene.id, { [props.what]: value });
      const session = await api.newSession(next.id);
      openSession(session.id);
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
      busy.value = false;
    }
  };
  return (
    <span class="reopen">
      {props.options
        .filter((option) => option !== props.now)
        .map((option) => (
          <button
            key={option}
            type="button"
            class="button text-only"
            disabled={busy.value}
            onClick={() => void reopen(option)}
          >
            {option}
          </button>
        ))}
      {problem.value && <span class="bad">{problem.value}</span>}
    </span>
  );
}

export function HelpDialog() {
  const waiting = useSignal<string | null>(null);
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      const id = waiting.value;
      if (!id) return;
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      waiting.value = null;
      if (event.key === "Escape") return;
      store.customKeys.value = { ...store.customKeys.value, [id]: [combination(event)] };
      setSetting({ keys: store.customKeys.value });
    };
    window.addEventListener("keydown", take, true);
    return () => window.removeEventListener("keydown", take, true);
  }, []);
  const groups = [...new Set(COMMANDS.map((c) => c.group))];
  return (
    <Window title="Keys" onClose={close} wide>
      <div class="keys">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {COMMANDS.filter((c) => c.group === group).map((command) => {
                const keys = store.customKeys.value[command.id] ?? command.keys;
                const shown = keys.map((key) => <kbd key={key}>{`${key} `}</kbd>);
                return (
                  <div key={command.id}>
                    <dt>
                      {command.fixed ? (
                        shown
                      ) : (
                        <button
                          type="button"
                          class="rebind"
                          title="Press to choose another key"
                          aria-label={`${keys.join(" ")}: ${command.text}. Press to change`}
                          onClick={() => {
                            waiting.value = command.id;
                          }}
                        >
                          {waiting.value === command.id ? "press a key" : shown}
                        </button>
                      )}
                    </dt>
                    <dd>{command.text}</dd>
                  </div>
                );
              })}
            </dl>
          </section>
        ))}
      </div>
      <footer>
        <span class="note">
          Press a key's button to choose another. Digits select objects.{" "}
          <a href="/licences.txt">Licences</a>
        </span>
        <label>
          <input
            type="checkbox"
            checked={store.suggesting.value}
            onChange={(event) => {
              store.suggesting.value = event.currentTarget.checked;
              setSetting({ suggesting: store.suggesting.value });
            }}
          />
          Suggest the next click
        </label>
      </footer>
    </Window>
  );
}
