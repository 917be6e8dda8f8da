// The page: start screen, or a session.

import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Commands } from "../app/commands";
import * as store from "../core/store";
import { DropZone, Start } from "./start";
import { ExportDialog, HelpDialog, ReportDialog } from "./dialogs";
import { Icon } from "./icons";
import { IconButton, count } from "./parts";
import { ReadingSlider, Stage, StrokeOptions, TargetPill, Tools, ViewBar, type Made } from "./stage";
import { follow } from "../app/study";
import type { StudyEnd } from "../wire/messages";
import { StudyGate, TaskPanel } from "./study";
import { TopBar } from "./topbar";
import { Tree } from "./tree";

interface AppProps {
  /** Session, or null for the start screen. */
  id: string | null;
  /** Participant of a user study, or null. */
  participant: string | null;
  onMade: (made: Made) => void;
}

export function App({ id, participant, onMade }: AppProps) {
  const trial = store.trial.value;
  if (participant !== null) {
    if (!trial) return <StudyGate participant={participant} />;
    return <Work id={trial.session.id} participant={participant} onMade={onMade} />;
  }
  return id === null ? <Start /> : <Work id={id} participant="" onMade={onMade} />;
}

function Work(props: { id: string; participant: string; onMade: (made: Made) => void }) {
  const { id, participant, onMade } = props;
  const [made, setMade] = useState<Made | null>(null);
  const [end, setEnd] = useState<((reason: StudyEnd["reason"]) => void) | null>(null);
  const trial = store.trial.value;
  const drawer = useSignal(false);
  const dialog = store.dialog.value;
  return (
    <div class={`app${drawer.value ? " drawer-open" : ""}`}>
      {made && (
        <TopBar
          commands={made.commands}
          onMenu={() => {
            drawer.value = !drawer.value;
          }}
        />
      )}
      <aside>{made && <Tree commands={made.commands} />}</aside>
      <main>
        <Stage
          id={id}
          onMade={(news) => {
            setMade(news);
            if (trial) {
              const ends = follow(news.studio, participant, trial);
              setEnd(() => ends);
            }
            onMade(news);
          }}
        />
        {made && (
          <>
            {trial && end ? (
              <TaskPanel progress={trial} onEnd={end} />
            ) : (
              <TargetPill commands={made.commands} />
            )}
            <div class="left">
              <Tools commands={made.commands} />
              <StrokeOptions />
            </div>
            <ReadingSlider studio={made.studio} />
            <ViewBar studio={made.studio} commands={made.commands} />
          </>
        )}
        <Waiting />
        <Toasts />
        <DropZone />
      </main>
      {made ? <StatusBar commands={made.commands} /> : <footer class="statusbar" />}
      <div class="sr-only" aria-live="polite" role="log">
        {store.announcement.value}
      </div>
      {dialog === "export" && <ExportDialog />}
      {dialog === "report" && <ReportDialog />}
      {dialog === "help" && <HelpDialog />}
    </div>
  );
}

const STAGES = {
  read: "Reading the scan",
  order: "Sorting points",
  encode: "Preparing the scan",
  ready: "Ready",
};

/** What is being waited for, and what can be done meanwhile. */
function Waiting() {
  if (store.failure.value)
    return (
      <div class="blocked" role="alert">
        <Icon name="info" />
        <p>{store.failure.value}</p>
        <a class="button" href=".">
          All scans
        </a>
      </div>
    );
  const progress = store.progress.value;
  const { value: loaded } = store.loaded;
  const isLoading = store.scene.value !== null && loaded < 1;
  if (!progress && !isLoading) return null;
  const text = progress ? STAGES[progress.stage] : "Loading points";
  const share = progress ? progress.done : loaded;
  return (
    <div class="waiting" role="status">
      <span>
        {text}
        {share !== null && ` ${Math.round(100 * share)} %`}
      </span>
      {progress && loaded > 0 && <small>You can click already; answers follow.</small>}
      {share === null ? (
        <progress aria-label={text} />
      ) : (
        <progress aria-label={text} value={share} max="1" />
      )}
    </div>
  );
}

function Toasts() {
  return (
    <div class="toasts">
      {store.toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`} role={toast.kind === "error" ? "alert" : undefined}>
          <span>{toast.text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => store.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}

function StatusBar({ commands }: { commands: Commands }) {
  const scene = store.scene.value;
  const session = store.session.value;
  const rev = store.state.value?.rev;
  return (
    <footer class="statusbar">
      <span class="hint">{store.hint.value || " "}</span>
      <span class="space" />
      {store.someHidden.value && (
        <button type="button" class="link" onClick={() => commands.run("show-all")}>
          Some objects are hidden: show all
        </button>
      )}
      {scene && <span>{count(scene.points)} points</span>}
      {session && <span>{session.segmenter} engine</span>}
      {rev !== undefined && <span title="Operations on disk">rev {rev}</span>}
    </footer>
  );
}
