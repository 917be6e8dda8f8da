// Objects and their parts: the text alternative of the picture.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Commands } from "../app/commands";
import type { Target } from "../core/clicks";
import { nameOf } from "../core/clicks";
import { css } from "../core/palette";
import * as store from "../core/store";
import type { ObjectRow, PartRow } from "../wire/messages";
import { IconButton, count, plural } from "./parts";

export function Tree({ commands }: { commands: Commands }) {
  const rows = store.rows.value;
  return (
    <section class="tree" aria-label="Objects">
      <header>
        <h2>Objects</h2>
        {!store.trial.value && (
          <IconButton
            icon="plus"
            label="Start a new object with the next click"
            command="new-object"
            text="New"
            class="quiet"
            onClick={() => commands.run("new-object")}
          />
        )}
      </header>
      {rows.length === 0 ? (
        <div class="empty">
          <p>Nothing labelled yet.</p>
          <p>
            <b>Click</b> an object in the picture. Then <b>click</b> again to add to it,{" "}
            <b>right-click</b> to take away
            {store.trial.value ? "." : ", "}
            {!store.trial.value && (
              <>
                <kbd>Ctrl</kbd>+<b>click</b> to start a part of it.
              </>
            )}
          </p>
        </div>
      ) : (
        <ul role="tree" aria-label="Objects and parts" onKeyDown={moveFocus}>
          {rows.map((row) => (
            <ObjectItem key={row.object} row={row} commands={commands} />
          ))}
        </ul>
      )}
      <datalist id="names">
        {usedNames(rows).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </section>
  );
}

/** Names in use, newest first. */
function usedNames(rows: ObjectRow[]): string[] {
  const names = rows.flatMap((r) => [r.name, ...r.parts.map((p) => p.name)]);
  return [...new Set(names.filter((n): n is string => Boolean(n)).reverse())];
}

function ObjectItem({ row, commands }: { row: ObjectRow; commands: Commands }) {
  const target = { object: row.object, part: 0 };
  return (
    <li role="none">
      <Row target={target} row={row} level={1} locked={row.locked} commands={commands} />
      {row.parts.length > 0 && (
        <ul role="group">
          {row.parts.map((part) => (
            <li role="none" key={part.part}>
              <Row
                target={{ object: row.object, part: part.part }}
                row={part}
                level={2}
                locked={row.locked}
                commands={commands}
              />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

interface RowProps {
  target: Target;
  row: ObjectRow | PartRow;
  level: number;
  locked: boolean;
  commands: Commands;
}

function Row({ target, row, level, locked, commands }: RowProps) {
  const key = store.rowKey(target);
  const now = store.target.value;
  const selected = now?.object === target.object && now.part === target.part;
  const hidden = store.hidden.value.has(key);
  const isolated = store.isolated.value === target.object && target.part === 0;
  const name = nameOf(target, store.rows.value).split(" › ").pop() ?? "";
  const isObject = target.part === 0;
  const shown = row.iou === null ? count(row.points) : `IoU ${row.iou.toFixed(2)}`;
  const classes = `row level-${level}${selected ? " selected" : ""}${hidden ? " hidden" : ""}`;
  const first = store.rows.value[0]?.object === target.object && isObject;
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (selected) element.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const select = () => {
    if (store.merging.value !== null && isObject)
      commands.mergeInto(store.merging.value, target.object);
    else store.target.value = target;
  };
  return (
    <div
      ref={element}
      class={classes}
      role="treeitem"
      aria-level={level}
      aria-selected={selected}
      aria-expanded={isObject && "parts" in row && row.parts.length > 0 ? true : undefined}
      aria-label={`${name} ${shown}${row.iou === null ? "" : `, ${count(row.points)}`} points${
        locked && isObject ? ", locked" : ""
      }`}
      tabIndex={selected || (now === null && first) ? 0 : -1}
      onClick={(event) => {
        if (!(event.target as Element).closest("button")) select();
      }}
      onDblClick={() => {
        store.renaming.value = key;
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          event.stopPropagation();
          select();
        }
      }}
    >
      <span class="chip" style={{ background: css(store.colourOf(target)) }} />
      {store.renaming.value === key ? (
        <NameField
          name={row.name ?? ""}
          onDone={(text) => {
            store.renaming.value = null;
            if (text !== null && text !== (row.name ?? "")) commands.rename(target, text);
          }}
        />
      ) : (
        <span class="name">
          {name}
          {isolated && <em class="tag">alone</em>}
        </span>
      )}{" "}
      <span class="number" title={details(row)}>
        {shown}
      </span>
      <span class="actions">
        {selected && (
          <IconButton
            icon="pencil"
            label={`Name ${name}`}
            command="rename"
            onClick={() => {
              store.renaming.value = key;
            }}
          />
        )}
        {selected && (
          <IconButton
            icon="trash"
            label={`Delete ${name}`}
            command="delete"
            disabled={locked}
            onClick={() => commands.remove(target)}
          />
        )}
        <IconButton
          icon={hidden ? "eye-off" : "eye"}
          label={hidden ? `Show ${name}` : `Hide ${name}`}
          command="hide"
          pressed={hidden}
          class={hidden ? "on" : ""}
          onClick={() => commands.toggleHidden(target)}
        />
        {isObject && (
          <IconButton
            icon={locked ? "lock" : "unlock"}
            label={locked ? `Unlock ${name}` : `Lock ${name}`}
            command="lock"
            pressed={locked}
            class={locked ? "on" : ""}
            onClick={() => commands.toggleLock(target.object)}
          />
        )}
      </span>
    </div>
  );
}

function details(row: ObjectRow | PartRow): string {
  const sure = row.confidence === null ? "" : `, confidence ${row.confidence.toFixed(2)}`;
  return `${plural(row.points, "point")}, ${plural(row.clicks, "click")}${sure}`;
}

function NameField({ name, onDone }: { name: string; onDone: (text: string | null) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  // at once: the next key may be a letter of the name
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const finish = (text: string | null) => {
    if (done.current) return;
    done.current = true;
    onDone(text);
  };
  return (
    <input
      ref={field}
      class="name"
      list="names"
      aria-label="Name"
      maxLength={200}
      defaultValue={name}
      onClick={(event) => event.stopPropagation()}
      onBlur={(event) => finish(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(event.currentTarget.value.trim());
        if (event.key === "Escape") finish(null);
      }}
    />
  );
}

/** Arrow keys walk the rows, as in every tree. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.currentTarget as HTMLElement;
  if (!step && event.key !== "Home" && event.key !== "End") return;
  const items = [...list.querySelectorAll<HTMLElement>("[role=treeitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : at + (step ?? 0);
  items[to]?.focus();
  event.preventDefault();
}
