// The line above everything: scan, undo and redo, saved or not, dialogs.

import type { Commands } from "../app/commands";
import { nameOf } from "../core/clicks";
import * as store from "../core/store";
import type { Brief } from "../wire/messages";
import { IconButton } from "./parts";
import { theme, toggleTheme } from "./theme";

export function TopBar({ commands, onMenu }: { commands: Commands; onMenu: () => void }) {
  const state = store.state.value;
  const undo = state?.undo ? inWords(state.undo) : "";
  const redo = state?.redo ? inWords(state.redo) : "";
  return (
    <header class="topbar">
      <IconButton icon="menu" label="Objects" class="menu" onClick={onMenu} />
      <a class="brand" href="." title="All scans and sessions">
        <img src="/icon.svg" alt="" width="24" height="24" />
        <span>pinpoint3d</span>
      </a>
      <span class="scan" title={store.scene.value?.name}>
        {store.scene.value?.name ?? ""}
      </span>
      <span class="history">
        <IconButton
          icon="undo"
          label={undo ? `Undo: ${undo}` : "Nothing to undo"}
          command="undo"
          disabled={!undo}
          text={undo ? `Undo: ${undo}` : "Undo"}
          onClick={() => commands.run("undo")}
        />
        <IconButton
          icon="redo"
          label={redo ? `Redo: ${redo}` : "Nothing to redo"}
          command="redo"
          disabled={!redo}
          onClick={() => commands.run("redo")}
        />
      </span>
      <span class="space" />
      <Saved />
      <IconButton
        icon="info"
        label="What was found on opening"
        command="report"
        onClick={() => commands.run("report")}
      />
      <IconButton icon="help" label="Keys" command="help" onClick={() => commands.run("help")} />
      <IconButton
        icon={theme.value === "dark" ? "sun" : "moon"}
        label={theme.value === "dark" ? "Light colours" : "Dark colours"}
        onClick={toggleTheme}
      />
      {!store.trial.value && (
        <IconButton
          icon="export"
          label="Export"
          command="export"
          text="Export"
          class="primary"
          disabled={!state}
          onClick={() => commands.run("export")}
        />
      )}
    </header>
  );
}

/** Whether the work is safe. */
function Saved() {
  const rev = store.state.value?.rev;
  const { value: connection } = store.connection;
  const waiting = store.pending.value;
  if (connection === "failed") return <span class="saved bad">Not saved: session closed</span>;
  if (connection === "lost")
    return (
      <span class="saved bad">
        Reconnecting{waiting ? `, ${waiting} not saved` : "… all saved"}
      </span>
    );
  const why = store.unsaved.value;
  if (why)
    return (
      <span class="saved bad" title={why}>
        Not saved: {why}
      </span>
    );
  if (rev === undefined) return <span class="saved">Connecting…</span>;
  if (waiting > 0) return <span class="saved busy">Saving…</span>;
  return (
    <span class="saved good" title={`Revision ${rev} is on disk`}>
      Saved
    </span>
  );
}

const VERBS: Record<string, string> = {
  click: "click",
  choose: "choice",
  paint: "paint",
  rename: "name",
  lock: "lock",
  merge: "merge",
  delete: "delete",
};
const SIGHTS: Record<string, string> = { hide: "hide", show: "show", isolate: "show only" };

/** An operation as a button says it: "− click on chair 1 › leg". */
function inWords(brief: Brief): string {
  const sight = SIGHTS[brief.op];
  if (sight && !brief.object) return "show all";
  const verb = VERBS[brief.op] ?? brief.op;
  const sign = brief.negative ? "− " : "";
  if (!brief.object) return brief.op === "click" ? "background click" : sign + verb;
  const target = { object: brief.object, part: brief.part ?? 0 };
  const name = nameOf(target, store.rows.value);
  return sight ? `${sight} ${name}` : `${sign}${verb} on ${name}`;
}
