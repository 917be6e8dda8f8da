// Small pieces that the panels share.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { COMMANDS } from "../core/keys";
import * as store from "../core/store";
import { Icon, type IconName } from "./icons";

/** The keys of a command, as text; empty if it has none. */
export function keysOf(command: string): string {
  const found = COMMANDS.find((c) => c.id === command);
  return (store.customKeys.value[command] ?? found?.keys ?? [])[0] ?? "";
}

interface ButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  command?: string;
  text?: string;
  disabled?: boolean;
  pressed?: boolean;
  class?: string;
}

/** A button with an icon; its label and key show as a tip. */
export function IconButton(props: ButtonProps) {
  const key = props.command ? keysOf(props.command) : "";
  return (
    <button
      type="button"
      class={`button ${props.class ?? ""}`}
      aria-label={props.label}
      title={key ? `${props.label} (${key})` : props.label}
      disabled={props.disabled ?? false}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      {props.text === undefined ? null : <span class="text">{props.text}</span>}
    </button>
  );
}

/** A modal window: Escape, the cross and a click beside it close it. */
export function Window(props: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const open = useRef(true);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.focus(); // not its first button
    return () => {
      open.current = false; // the event of this closing comes when another window may be open
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      tabIndex={-1}
      class={props.wide ? "window wide" : "window"}
      aria-label={props.title}
      onClose={() => open.current && props.onClose()}
      onClick={(event) => {
        if (event.target === element.current) props.onClose();
      }}
    >
      <header>
        <h2>{props.title}</h2>
        <IconButton icon="close" label="Close" onClick={props.onClose} />
      </header>
      <div class="content">{props.children}</div>
    </dialog>
  );
}

export const count = (n: number): string => n.toLocaleString("en");

export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
