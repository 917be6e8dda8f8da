// The screens of a user study: consent, the task while it is worked on, questions, thanks.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clicksUsed, secondsLeft, taskIou } from "../app/study";
import * as store from "../core/store";
import * as api from "../net/api";
import type { StudyEnd, StudyPlan, StudyProgress, StudyQuestionnaire } from "../wire/messages";

/** What this browser knows of a participant's way: consent given, questions answered. */
const done = (participant: string, what: string) => `pinpoint3d.study.${participant}.${what}`;
const isDone = (key: string) => localStorage.getItem(key) === "yes";

/** Leads a participant from consent over tasks and questions to the end. */
export function StudyGate({ participant }: { participant: string }) {
  const plan = useSignal<StudyPlan | null>(null);
  const problem = useSignal<string | null>(null);
  const step = useSignal(0); // shown again after each
  useEffect(() => {
    api.studyPlan(participant).then(
      (found) => {
        plan.value = found;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  }, []);
  const again = () => {
    step.value += 1;
  };
  void step.value;
  if (problem.value) return <Sheet title="User study">{problem.value}</Sheet>;
  const { value } = plan;
  if (!value) return null;
  if (!isDone(done(participant, "consent")))
    return <Consent text={value.consent} participant={participant} onDone={again} />;
  const asked = questions(value);
  if (asked)
    return (
      <Questions
        key={asked.tool + asked.questionnaire.name}
        participant={participant}
        {...asked}
        onDone={again}
      />
    );
  const next = value.trials.find((trial) => !trial.is_over);
  if (!next)
    return <Sheet title="Thank you">That was the last task. You can close this window.</Sheet>;
  return <Begin participant={participant} plan={value} number={next.number} />;
}

/** Questions about a tool that was just left, not yet answered. */
function questions(plan: StudyPlan): { tool: string; questionnaire: StudyQuestionnaire } | null {
  const next = plan.trials.find((trial) => !trial.is_over);
  for (const trial of plan.trials) {
    if (!trial.is_over || trial.tool === next?.tool) continue;
    for (const questionnaire of plan.questionnaires)
      if (!isDone(done(plan.participant, `${trial.tool}.${questionnaire.name}`)))
        return { tool: trial.tool, questionnaire };
  }
  return null;
}

function Sheet(props: { title: string; children: preact.ComponentChildren }) {
  return (
    <div class="start">
      <header>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>{props.title}</h1>
      </header>
      <section class="sheet">{props.children}</section>
    </div>
  );
}

function Consent(props: { text: string; participant: string; onDone: () => void }) {
  const agreed = useSignal(false);
  return (
    <Sheet title="User study">
      <p>{props.text}</p>
      <label>
        <input
          type="checkbox"
          checked={agreed.value}
          onChange={(event) => {
            agreed.value = event.currentTarget.checked;
          }}
        />
        I agree
      </label>
      <button
        type="button"
        class="button primary"
        disabled={!agreed.value}
        onClick={() => {
          localStorage.setItem(done(props.participant, "consent"), "yes");
          props.onDone();
        }}
      >
        Go on
      </button>
    </Sheet>
  );
}

function Begin(props: { participant: string; plan: StudyPlan; number: number }) {
  const problem = useSignal<string | null>(null);
  const trial = props.plan.trials.find((each) => each.number === props.number);
  const begin = () => {
    api.startTrial(props.participant, props.number).then(
      (progress) => {
        store.trial.value = progress;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  };
  if (!trial) return null;
  return (
    <Sheet title={`Task ${trial.number} of ${props.plan.trials.length}`}>
      <p>
        {trial.is_practice && "This one is for practice. "}You will see a scan with a{" "}
        <b>{trial.object_name}</b> in the middle.{" "}
        {trial.parts.length > 0
          ? `Label its parts: ${trial.parts.map((part) => part.name).join(", ")}.`
          : "Label all of it."}
      </p>
      <p>
        Click on what belongs to it; right-click on what does not. You have{" "}
        {Math.round(trial.seconds)} seconds and {trial.clicks} clicks. Time runs from when you begin.
      </p>
      <button type="button" class="button primary" onClick={begin}>
        Begin
      </button>
      {problem.value && <p class="bad">{problem.value}</p>}
    </Sheet>
  );
}

function Questions(props: {
  participant: string;
  tool: string;
  questionnaire: StudyQuestionnaire;
  onDone: () => void;
}) {
  const { lowest, highest, name, questions: asked } = props.questionnaire;
  const answers = useSignal<Record<string, number>>({});
  const problem = useSignal<string | null>(null);
  const steps = Array.from({ length: highest - lowest + 1 }, (_, k) => lowest + k);
  const send = () => {
    const given = { tool: props.tool, questionnaire: name, answers: answers.value };
    api.noteAnswers(props.participant, given).then(
      () => {
        localStorage.setItem(done(props.participant, `${props.tool}.${name}`), "yes");
        props.onDone();
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  };
  return (
    <Sheet title="How was it?">
      {asked.map((question) => (
        <fieldset key={question.key} class="question">
          <legend>{question.text}</legend>
          <span>{question.low}</span>
          {steps.length <= 11 ? (
            <span class="scale">
              {steps.map((value) => (
                <label key={value}>
                  <input
                    type="radio"
                    name={question.key}
                    checked={answers.value[question.key] === value}
                    onChange={() => {
                      answers.value = { ...answers.value, [question.key]: value };
                    }}
                  />
                  <span class="sr-only">{value}</span>
                </label>
              ))}
            </span>
          ) : (
            <input
              type="range"
              aria-label={question.text}
              class={question.key in answers.value ? "" : "unset"}
              min={lowest}
              max={highest}
              value={answers.value[question.key] ?? (lowest + highest) / 2}
              onInput={(event) => {
                const value = Number(event.currentTarget.value);
                answers.value = { ...answers.value, [question.key]: value };
              }}
            />
          )}
          <span>{question.high}</span>
        </fieldset>
      ))}
      <button
        type="button"
        class="button primary"
        disabled={asked.some((question) => !(question.key in answers.value))}
        onClick={send}
      >
        Go on
      </button>
      {problem.value && <p class="bad">{problem.value}</p>}
    </Sheet>
  );
}

/** What to make, and what is left of time and clicks. */
export function TaskPanel(props: {
  progress: StudyProgress;
  onEnd: (reason: StudyEnd["reason"]) => void;
}) {
  const { trial } = props.progress;
  const whole = [{ part: 0, name: trial.object_name }];
  const targets = trial.parts.length > 0 ? trial.parts : whole;
  const left = Math.ceil(secondsLeft.value);
  return (
    <section class="task" aria-label="Task">
      <header>
        <h2>
          Task {trial.number}
          {trial.is_practice && <em class="tag">practice</em>}
        </h2>
        <b class={left < 20 ? "bad" : ""} role="timer">
          {Math.floor(left / 60)}:{String(left % 60).padStart(2, "0")}
        </b>
      </header>
      <p>
        Label the <b>{trial.object_name}</b>
        {trial.parts.length > 0 && ". Choose a part, then click on it"}:
      </p>
      <ul>
        {targets.map(({ part, name }) => {
          const now = store.target.value;
          const isOn = now?.object === trial.object && now.part === part;
          return (
            <li key={part}>
              <button
                type="button"
                class={`button${isOn ? " on" : ""}`}
                aria-pressed={isOn}
                onClick={() => {
                  store.target.value = { object: trial.object, part };
                }}
              >
                {name}
              </button>
            </li>
          );
        })}
      </ul>
      <p class="note">
        {clicksUsed.value} of {trial.clicks} clicks · match {Math.round(100 * taskIou.value)} %
      </p>
      <footer>
        <button type="button" class="button" onClick={() => props.onEnd("given up")}>
          Give up
        </button>
        <button type="button" class="button primary" onClick={() => props.onEnd("done")}>
          Done
        </button>
      </footer>
    </section>
  );
}
