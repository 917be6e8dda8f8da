// Every key of the studio. The help is made of this table, and so are the bindings.

export interface Command {
  id: string;
  keys: string[]; // as `combination` writes them
  text: string;
  group: "Click" | "Objects" | "Undo" | "View" | "Tools" | "Studio";
  fixed?: true; // described here, bound elsewhere
}

export const COMMANDS: Command[] = [
  { id: "_add", keys: ["click"], text: "Add to the target; without one, start an object", group: "Click", fixed: true },
  { id: "_remove", keys: ["right-click", "Shift+click"], text: "Not this: take away from the target", group: "Click", fixed: true },
  { id: "_part", keys: ["Ctrl+click"], text: "Start a new part here (on a Mac: ⌘)", group: "Click", fixed: true },
  { id: "_background", keys: ["B+click"], text: "Belongs to nothing: background", group: "Click", fixed: true },
  { id: "smaller", keys: ["["], text: "Smaller reading of the last click", group: "Click" },
  { id: "larger", keys: ["]"], text: "Larger reading of the last click (also Alt+wheel)", group: "Click" },
  { id: "select", keys: ["Space"], text: "Select what is under the cursor: object, part, object", group: "Click" },
  { id: "accept", keys: ["Enter"], text: "Done with this target", group: "Click" },
  { id: "drop", keys: ["Escape"], text: "Close, or leave the target", group: "Click" },
  { id: "piece", keys: ["T"], text: "Take the whole piece under the cursor", group: "Click" },
  { id: "rename", keys: ["F2"], text: "Name the target", group: "Objects" },
  { id: "new-object", keys: ["N"], text: "Next click starts a new object", group: "Objects" },
  { id: "new-part", keys: ["P"], text: "Next click starts a new part", group: "Objects" },
  { id: "hide", keys: ["H"], text: "Hide the target", group: "Objects" },
  { id: "isolate", keys: ["Shift+H"], text: "Show only the target's object", group: "Objects" },
  { id: "show-all", keys: ["Alt+H"], text: "Show everything", group: "Objects" },
  { id: "lock", keys: ["K"], text: "Lock the object: nothing changes its points", group: "Objects" },
  { id: "merge", keys: ["M"], text: "Merge the object into another", group: "Objects" },
  { id: "delete", keys: ["Delete", "Backspace"], text: "Delete the target", group: "Objects" },
  { id: "undo", keys: ["Ctrl+Z"], text: "Undo", group: "Undo" },
  { id: "redo", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], text: "Redo", group: "Undo" },
  { id: "frame", keys: ["F"], text: "Look at the target", group: "View" },
  { id: "frame-all", keys: ["Shift+F"], text: "Look at everything", group: "View" },
  { id: "colours", keys: ["C"], text: "Next colouring", group: "View" },
  { id: "colours-back", keys: ["Shift+C"], text: "Previous colouring", group: "View" },
  { id: "view-top", keys: ["Alt+7"], text: "From above", group: "View" },
  { id: "view-front", keys: ["Alt+1"], text: "From the front", group: "View" },
  { id: "view-side", keys: ["Alt+3"], text: "From the side", group: "View" },
  { id: "ortho", keys: ["Alt+5"], text: "Parallel or perspective", group: "View" },
  { id: "shading", keys: ["Alt+E"], text: "Depth shading on or off", group: "View" },
  { id: "_orbit", keys: ["drag"], text: "Turn about the point under the cursor", group: "View", fixed: true },
  { id: "_pan", keys: ["right-drag", "Shift+drag"], text: "Move across", group: "View", fixed: true },
  { id: "_zoom", keys: ["wheel"], text: "Come nearer to the point under the cursor", group: "View", fixed: true },
  { id: "_fly", keys: ["W A S D Q E"], text: "Fly", group: "View", fixed: true },
  { id: "next", keys: ["G"], text: "Go to the suggested next click", group: "Tools" },
  { id: "lasso", keys: ["O"], text: "Lasso (again: back to clicking)", group: "Tools" },
  { id: "brush", keys: ["J"], text: "Brush (Shift+wheel: its size)", group: "Tools" },
  { id: "crosshair", keys: ["X"], text: "Crosshair: arrows aim, Enter adds, Shift+Enter takes away", group: "Tools" },
  { id: "export", keys: ["Ctrl+E"], text: "Export", group: "Studio" },
  { id: "report", keys: ["I"], text: "What was found on opening", group: "Studio" },
  { id: "help", keys: ["?", "F1"], text: "This list", group: "Studio" },
];

/** A key press in words: "Ctrl+Shift+Z". Cmd counts as Ctrl. */
export function combination(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  code?: string;
}): string {
  // With Alt, layouts write other letters: then the key's place counts.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code ?? "");
  const letter = /^Key([A-Z])$/.exec(event.code ?? "");
  let key = event.key === " " ? "Space" : event.key;
  if (event.altKey && digit) key = digit[1];
  else if (event.altKey && letter) key = letter[1];
  const plain = key.length === 1;
  if (plain) key = key.toUpperCase();
  // "?" or "[" already say that Shift or AltGr was needed
  const shift = event.shiftKey && (!plain || /[A-Z]/.test(key));
  const control = (event.ctrlKey || event.metaKey) && !(plain && /[[\]]/.test(key));
  const alt = event.altKey && !(plain && /[[\]]/.test(key));
  return `${control ? "Ctrl+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

export type Bindings = Map<string, string>; // from combination to command id

export function bindings(custom: Record<string, string[]>): Bindings {
  const bound: Bindings = new Map();
  for (const command of COMMANDS)
    if (!command.fixed)
      for (const key of custom[command.id] ?? command.keys) bound.set(key, command.id);
  return bound;
}
