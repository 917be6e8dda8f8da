// The picture and what floats over it.

import { useEffect, useRef } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { Commands } from "../app/commands";
import { Pointer } from "../app/pointer";
import { Studio } from "../app/studio";
import { css } from "../core/palette";
import * as store from "../core/store";
import { listen } from "../view/gestures";
import { Overlay } from "../view/overlay";
import { MODES, type ColourMode } from "../view/shaders";
import { Viewer } from "../view/viewer";
import { IconButton, count, keysOf } from "./parts";
import { theme } from "./theme";

const BACKGROUND = { dark: "#14171c", light: "#e9ecf0" };

export interface Made {
  studio: Studio;
  commands: Commands;
  pointer: Pointer;
}

export function Stage({ id, onMade }: { id: string; onMade: (made: Made) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const made = useRef<Made | null>(null);

  useEffect(() => {
    if (!box.current || !canvas.current || !svg.current) return;
    const element = box.current;
    let viewer: Viewer;
    try {
      viewer = new Viewer(canvas.current);
    } catch {
      store.failure.value =
        "This browser gives no WebGL 2, which the studio draws with. " +
        "Switch on hardware acceleration, or use another browser.";
      return;
    }
    const overlay = new Overlay(viewer, svg.current);
    const studio = new Studio(viewer, overlay, id);
    const shake = () => {
      element.classList.remove("shake");
      void element.offsetWidth; // starts the animation again
      element.classList.add("shake");
    };
    const pointer = new Pointer(studio, shake);
    const commands = new Commands(studio, pointer);
    const quiet = [listen(viewer, element, pointer), commands.listen(element)];
    const sizes = new ResizeObserver(([entry]) => {
      viewer.resize(entry.contentRect.width, entry.contentRect.height);
    });
    sizes.observe(element);
    made.current = { studio, commands, pointer };
    onMade(made.current);
    return () => {
      sizes.disconnect();
      for (const stop of quiet) stop();
      studio.connection.close();
    };
  }, [id]);

  useSignalEffect(() => {
    const colour = BACKGROUND[theme.value];
    if (made.current) made.current.studio.viewer.backgroundColour = colour;
  });

  return (
    <div
      ref={box}
      class={`stage tool-${store.tool.value}${store.removing.value ? " removing" : ""}`}
      tabIndex={0}
      role="application"
      aria-label="Picture of the scan. The tree beside it says the same in words; press question mark for keys."
    >
      <canvas ref={canvas} aria-hidden="true" />
      <svg ref={svg} class="marks" aria-hidden="true" />
    </div>
  );
}

const isTouch = matchMedia("(pointer: coarse)").matches;

/** What is worked on, and what a click will do. */
export function TargetPill({ commands }: { commands: Commands }) {
  const target = store.target.value;
  const merging = store.merging.value;
  const row = store.targetRow.value;
  const amount = (row?.parts.find((p) => p.part === target?.part) ?? row)?.points ?? 0;
  let help = isTouch
    ? "Tap an object to start; tap something labelled to select it."
    : "Click an object to start. Click something labelled to select it.";
  if (merging !== null) help = "Click the object to merge into this one. Esc leaves it.";
  else if (store.tool.value === "lasso") help = "Draw round points to add. Shift takes away.";
  else if (store.tool.value === "brush") help = "Drag to add points. Shift takes away.";
  else if (row?.locked) help = "Locked: nothing changes it.";
  else if (store.fresh.value)
    help = `Your next ${isTouch ? "tap" : "click"} starts a new ${store.fresh.value}.`;
  else if (target)
    help = isTouch
      ? "Tap adds · long press takes away · two fingers move"
      : "Click adds · right-click takes away · Ctrl+click starts a part";
  return (
    <div class="pill" role="status" aria-live="off">
      {target && (
        <span class="chip" style={{ background: css(store.colourOf(target)) }} />
      )}
      <span class="who">
        {target ? store.targetName.value : "New object"}
        {row && target && <small>{count(amount)} points</small>}
        {!target && <span class="chip" style={{ background: css(store.nextColour()) }} />}
      </span>
      <span class="help">{help}</span>
      {target && !row?.locked && (
        <IconButton
          icon="plus"
          label="Start a new part with the next click"
          command="new-part"
          text="Part"
          pressed={store.fresh.value === "part"}
          class={store.fresh.value === "part" ? "on" : ""}
          onClick={() => commands.run("new-part")}
        />
      )}
      {target && (
        <IconButton
          icon="plus"
          label="Start another object with the next click"
          command="new-object"
          text="Object"
          onClick={() => commands.run("new-object")}
        />
      )}
      {target && (
        <IconButton
          icon="check"
          label={target.part ? "Done with this part" : "Done with this object"}
          command="accept"
          onClick={() => commands.run("accept")}
        />
      )}
    </div>
  );
}

export function Tools({ commands }: { commands: Commands }) {
  const tool = store.tool.value;
  const more = (store.state.value?.suggestions.length ?? 0) > 0;
  const isClick = tool === "click";
  return (
    <div class="tools" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      <IconButton
        icon="click"
        label="Click"
        pressed={isClick}
        class={isClick ? "on" : ""}
        onClick={() => {
          store.tool.value = "click";
        }}
      />
      {(["lasso", "brush"] as const).map((name) => (
        <IconButton
          key={name}
          icon={name}
          label={name === "lasso" ? "Lasso" : "Brush"}
          command={name}
          pressed={tool === name}
          class={tool === name ? "on" : ""}
          onClick={() => commands.run(name)}
        />
      ))}
      <IconButton
        icon={store.removing.value ? "minus" : "plus"}
        label={store.removing.value ? "Taking away: touch to add" : "Adding: touch to take away"}
        class={`touch${store.removing.value ? " on" : ""}`}
        pressed={store.removing.value}
        onClick={() => {
          store.removing.value = !store.removing.value;
        }}
      />
      <hr />
      <IconButton
        icon="next"
        label={more ? "Go to the suggested next click" : "No click is suggested"}
        command="next"
        disabled={!more || !store.suggesting.value}
        onClick={() => commands.run("next")}
      />
      <IconButton
        icon="frame"
        label={store.target.value ? "Look at the target" : "Look at everything"}
        command="frame"
        onClick={() => commands.run("frame")}
      />
    </div>
  );
}

/** What a stroke takes. */
export function StrokeOptions() {
  const tool = store.tool.value;
  if (tool === "click") return null;
  return (
    <div class="options">
      {tool === "brush" && (
        <label>
          Size
          <input
            type="range"
            min="4"
            max="150"
            value={store.brushPixels.value}
            onInput={(event) => {
              store.brushPixels.value = Number(event.currentTarget.value);
            }}
          />
        </label>
      )}
      <label title="Otherwise only points that are in sight">
        <input
          type="checkbox"
          checked={store.through.value}
          onChange={(event) => {
            store.through.value = event.currentTarget.checked;
          }}
        />
        through
      </label>
      <label title="Take points of other objects too">
        <input
          type="checkbox"
          checked={store.overwrite.value}
          onChange={(event) => {
            store.overwrite.value = event.currentTarget.checked;
          }}
        />
        overwrite
      </label>
    </div>
  );
}

/** Readings of an ambiguous click, from part to whole; where it covers none of them. */
export function ReadingSlider({ studio }: { studio: Studio }) {
  const readings = store.readings.value;
  if (!readings) return null;
  const { sizes, chosen } = readings;
  return (
    <div class="readings">
      <div class="ends">
        <span>
          less <kbd>{keysOf("smaller")}</kbd>
        </span>
        <b>How much is meant?</b>
        <span>
          <kbd>{keysOf("larger")}</kbd> more
        </span>
      </div>
      <input
        type="range"
        min="0"
        max={sizes.length - 1}
        step="1"
        value={chosen}
        aria-label="How much the click means"
        aria-valuetext={`${count(sizes[chosen])} points, reading ${chosen + 1} of ${sizes.length}`}
        onInput={(event) => studio.chooseReading(Number(event.currentTarget.value))}
      />
      <div class="stops" aria-hidden="true">
        {sizes.map((size, k) => (
          <i key={size} class={k === chosen ? "on" : ""} />
        ))}
      </div>
    </div>
  );
}

const MODE_NAMES: Record<ColourMode, string> = {
  rgb: "Colour",
  height: "Height",
  normals: "Normals",
  object: "Objects",
  part: "Parts",
  confidence: "Confidence",
};

export function ViewBar({ studio, commands }: { studio: Studio; commands: Commands }) {
  const scene = store.scene.value;
  const blends = ["rgb", "height", "normals"].includes(store.mode.value);
  return (
    <div class="viewbar" role="toolbar" aria-label="View">
      <label title={`Next colouring: ${keysOf("colours")}`}>
        <span class="sr-only">Colours</span>
        <select
          value={store.mode.value}
          onChange={(event) => {
            store.mode.value = event.currentTarget.value as ColourMode;
          }}
        >
          {MODES.map((mode) => (
            <option
              key={mode}
              value={mode}
              disabled={
                (mode === "rgb" && !scene?.has_colours) ||
                (mode === "normals" && !scene?.has_normals)
              }
            >
              {MODE_NAMES[mode]}
            </option>
          ))}
        </select>
      </label>
      <label class="blend" title="How strongly labels cover the scan's own colours">
        Labels
        <input
          type="range"
          min="0"
          max="100"
          disabled={!blends}
          value={100 * store.overlay.value}
          onInput={(event) => {
            store.overlay.value = Number(event.currentTarget.value) / 100;
          }}
        />
      </label>
      <IconButton
        icon="light"
        label="Depth shading"
        command="shading"
        pressed={store.shading.value}
        class={store.shading.value ? "on" : ""}
        onClick={() => commands.run("shading")}
      />
      <span class="views">
        {(["top", "front", "side"] as const).map((name) => (
          <button
            key={name}
            type="button"
            class="button text-only"
            title={`From the ${name} (${keysOf(`view-${name}`)})`}
            onClick={() => commands.run(`view-${name}`)}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          class="button text-only"
          title="The whole scan (Shift+F)"
          onClick={() => studio.viewer.fly(studio.viewer.overview())}
        >
          all
        </button>
      </span>
    </div>
  );
}
