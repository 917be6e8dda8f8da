# pyright: reportMissingImports=false
# torch is an extra, so this file is checked with it and without it.
"""The training loop: lessons in, weights out; one process or many, stopped and resumed at will.

`train` is the loop, `lesson_loss` what one lesson costs, `validate` what an answer is worth on
crops that training never shows. Every random choice is a function of the seed, the step and the
place in the batch, so a run that was stopped goes on as if it had not been, and any number of
processes draws the same lessons as one.
"""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch

from pinpoint3d.errors import TrainingError
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.net.kernels_torch import on_device
from pinpoint3d.net.losses import LossWeights, answer_log, cross_entropy, lost, soft_dice
from pinpoint3d.net.network import Logits, Network
from pinpoint3d.net.pairs import recalled
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.presets import PRESETS, AnyConfig, built, described
from pinpoint3d.net.weights import Weights, write_weights
from pinpoint3d.train.crops import Crop, CropFile
from pinpoint3d.train.journal import Journal, Progress
from pinpoint3d.train.lessons import Lesson, draw_lesson, lesson_on, masks_of

AHEAD = 4  # lessons drawn while others are learned
SECOND, THIRD = 0.85, 0.25  # of lessons go on to a second and a third answer
LONG, LONGEST = 0.3, 8  # of lessons go on to four answers or more, and to how many
ONE_CLICK = 0.5  # of corrections that are learned from are a single click
WARM_UP = 150  # steps
LEAST_RATE = 0.01  # of the highest learning rate, at the end
CLIP = 1.0  # of the length of the gradient
BETAS = (0.9, 0.98)
VALIDATED = 48  # crops
CORRECTION_ROUNDS = 2  # of a validation, each up to one click a part
CHECKPOINT = "checkpoint.safetensors"
BEST = "best.safetensors"
_STATE = "state"


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    config
        The network.
    seed
        Of everything drawn.
    steps, batch
        Steps of the optimiser, and lessons in each.
    rate, decay
        Highest learning rate, and decay of weights (AdamW).
    average
        Of weights over steps: what is validated and kept.
    validate_every
        Steps between validations and checkpoints.
    losses
        Weights of the terms.
    """

    config: AnyConfig = PRESETS["default"]
    seed: int = 0
    steps: int = 6000
    batch: int = 2
    rate: float = 1e-3
    decay: float = 0.02
    average: float = 0.998
    validate_every: int = 250
    losses: LossWeights = field(default_factory=LossWeights)


class Crops:
    """The crops of many files, by number."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open files of crops; empty ones are passed over."""
        self._files = [CropFile(path) for path in paths]
        self._places = [(f, i) for f, file in enumerate(self._files) for i in range(len(file))]
        if not self._places:
            raise TrainingError("there is not one crop to train on; make a larger data set.")

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Crop:
        f, i = self._places[number]
        return self._files[f][i]


def train(
    recipe: Recipe,
    crops: Crops,
    held_out: Crops,
    out: Path,
    *,
    begin: Weights | None = None,
    device: str = "cpu",
    done: Callable[[Progress], None] = lambda _: None,
) -> Path:
    """Train, and give back the file of the best weights.

    Under `torchrun` every process calls this and takes its share of each batch.

    Parameters
    ----------
    crops, held_out
        What is learned from, and what is only judged.
    out
        Folder of checkpoint, best weights and log; a run in it goes on where it stopped.
    begin
        Weights to begin with, of this network or one that lacks some of its layers.
    done
        Told after every step.

    Raises
    ------
    TrainingError
        If the folder holds a run of another recipe, or the loss is no number any more.
    """
    model = built(recipe.config)
    with _processes(device) as (rank, world), ExitStack() as open_:
        run = _Run.begun(recipe, model, out, begin, device)
        journal = open_.enter_context(closing(Journal(out))) if rank == 0 else None
        iou: tuple[float, ...] = ()
        began, first = monotonic(), run.step
        for lessons in _batches(recipe, crops, run.step, rank, world):
            rate = _rate(recipe, run.step)
            loss = _stepped(recipe, model, run, lessons, rate, device, world)
            if not math.isfinite(loss):
                raise TrainingError(f"step {run.step}: the loss is {loss}; lower the rate.")
            if run.step % recipe.validate_every == 0 or run.step == recipe.steps:
                if rank == 0:
                    iou = validate(model, run.average, held_out, device)
                    run.judge(iou, out)
                    run.save(out, recipe)
                _wait(world)
            passed = (run.step - first) * recipe.batch / max(monotonic() - began, 1e-9)
            progress = Progress(run.step, recipe.steps, loss, rate, passed, iou)
            if journal is not None:
                journal.add(progress)
            done(progress)
    return out / BEST


def lesson_loss(
    model: Network,
    parameters: dict[str, torch.Tensor],
    lesson: Lesson,
    weights: LossWeights,
    rounds: int,
    rng: np.random.Generator,
    device: str = "cpu",
    features: Any = None,
) -> torch.Tensor:
    """What a lesson costs: the loss of the first answer and of the last two, on average.

    Those between are given, and corrected, and not learned from. `features` of the crop are
    computed unless they are given.
    """

    def learned(number: int) -> bool:
        return number == 1 or number > rounds - 2

    total: Any = 0.0
    before: np.ndarray | None = None
    for answered in _answers(model, parameters, lesson, device, features, learned):
        most = int(rng.integers(1, 2 + len(lesson.question.parts)))
        if learned(answered.number + 1) and rng.random() < ONE_CLICK:
            most = 1
        if not learned(answered.number):
            before = answered.label
            answered.correct(most)
            continue
        log, object_log, truth = answered.log, answered.which, lesson.truth
        inside = _one_hot((truth > 0).astype(np.int32), 2, device)
        share = inside if lesson.is_whole else _one_hot(truth, lesson.n_answers, device)
        total = total + weights.entropy * cross_entropy(log, share)
        total = total + weights.dice * soft_dice(log, share)
        total = total + weights.object * cross_entropy(object_log, inside)
        if answered.coarse is not None:
            pooled = on_device(lesson.crop.view.pooled(share.cpu().numpy()), device)
            total = total + weights.coarse * cross_entropy(answered.coarse, pooled)
        for early in answered.earlier:
            wanted = inside if early.shape[1] == 2 else share
            terms = cross_entropy(early, wanted) + soft_dice(early, wanted)
            total = total + weights.coarse * terms / len(answered.earlier)
        if before is not None:
            right = on_device((before == truth).astype(np.float32), device)
            total = total + weights.keep * lost(log, share, right)
        before = answered.label
        if answered.number == rounds:
            break
        answered.correct(most)
    return total / min(rounds, 3)


@torch.no_grad()
def validate(
    model: Network, parameters: dict[str, torch.Tensor], crops: Crops, device: str = "cpu"
) -> tuple[float, ...]:
    """Mean IoU of all parts of some crops after the first clicks, and after each round more."""
    found = []
    numbers = np.random.default_rng(0).permutation(len(crops))[:VALIDATED]
    for number in numbers.tolist():
        lesson = lesson_on(crops[number], np.random.default_rng(number), all_parts=True)
        found.append(ious(model, parameters, lesson, CORRECTION_ROUNDS, device))
    return tuple(float(v) for v in np.mean(found, axis=0))


@torch.no_grad()
def ious(
    model: Network,
    parameters: dict[str, torch.Tensor],
    lesson: Lesson,
    rounds: int,
    device: str = "cpu",
    features: Any = None,
) -> list[float]:
    """Mean IoU of what a lesson asks for after its clicks, and after each round of corrections."""
    row = []
    for answered in islice(_answers(model, parameters, lesson, device, features), 1 + rounds):
        row.append(_iou(answered.label, lesson))
        answered.correct(len(lesson.question.parts))
    return row


class _Answer:
    """One answer to a lesson, held to the one before it, and the way to the next."""

    def __init__(self, number: int, lesson: Lesson, logits: Logits, before: "_Answer | None"):
        self.number = number
        self.lesson = lesson

        def log(logits: Any) -> Any:
            return answer_log(logits[:, :2] if lesson.is_whole else logits)

        self.log = log(logits.nodes)
        self.coarse = None if logits.superpoints is None else log(logits.superpoints)
        self.earlier = tuple(log(early) for early in logits.earlier)
        self.which = answer_log(logits.nodes[:, :2])
        best = self.log.detach().argmax(1).int().cpu().numpy() * (2 if lesson.is_whole else 1)
        confidence = self.log.detach().amax(1).exp().float().cpu().numpy()
        self.shown = masks_of(best, confidence)
        self.n_clicks = len(lesson.question.node)
        if before is not None:
            self.shown = lesson.held(before.shown, self.shown, before.n_clicks)

    @property
    def label(self) -> np.ndarray:
        """Of every node, as `Lesson.truth` has it."""
        return np.where(self.shown.object > 0, self.shown.part + 1, 0).astype(np.int32)

    @property
    def previous(self) -> np.ndarray:
        """What the next answer is told of this one."""
        return recalled(self.label, self.shown.confidence, self.lesson.question)

    def correct(self, most: int) -> None:
        """Have the next answer know of up to `most` errors of this one."""
        self.lesson = self.lesson.corrected(self.shown, most)


def _answers(
    model: Network,
    parameters: dict[str, torch.Tensor],
    lesson: Lesson,
    device: str,
    features: Any,
    learned: Callable[[int], bool] = lambda _: True,
) -> Iterator[_Answer]:
    """Answers without end, each after the corrections of the one before.

    `learned` says of which, by number from 1, gradients are wanted.
    """
    view = lesson.crop.view
    if features is None:
        features = model.encode(parameters, on_device(model.view_inputs(view), device))
    answer: _Answer | None = None
    for number in count(1):
        previous = None if answer is None else answer.previous
        asked = on_device(
            model.ask(view, lesson.question, lesson.fields.__getitem__, previous), device
        )
        with nullcontext() if learned(number) else torch.no_grad():
            logits = model.decode(parameters, features, asked)
        answer = _Answer(number, lesson, logits, answer)
        yield answer
        lesson = answer.lesson


def _one_hot(answer: np.ndarray, n: int, device: str) -> torch.Tensor:
    return on_device(np.eye(n, dtype=np.float32)[answer], device)


def _iou(best: np.ndarray, lesson: Lesson) -> float:
    """Mean IoU of what the lesson asks for."""
    each = []
    for target in range(2, lesson.n_answers):
        a, b = best == target, lesson.truth == target
        each.append((a & b).sum() / max((a | b).sum(), 1))
    return float(np.mean(each))


def _batches(
    recipe: Recipe, crops: Crops, first: int, rank: int, world: int
) -> Iterator[list[tuple[Lesson, np.random.Generator, int]]]:
    """The lessons of each step that fall to a process, drawn ahead by a thread."""

    def drawn(step: int, slot: int) -> tuple[Lesson, np.random.Generator, int]:
        rng = np.random.default_rng((recipe.seed, step, slot))
        epoch, place = divmod(step * recipe.batch + slot, len(crops))
        order = np.random.default_rng((recipe.seed, epoch)).permutation(len(crops))
        lesson = draw_lesson(crops[int(order[place])], rng)
        chance = rng.random()
        rounds = 1 + (chance < SECOND) + (chance < THIRD)
        if rng.random() < LONG:
            rounds = int(rng.integers(4, 1 + LONGEST))
        return lesson, rng, rounds

    slots = range(rank, recipe.batch, world)
    with ThreadPoolExecutor(1) as pool:
        queue: list[list[Future[tuple[Lesson, np.random.Generator, int]]]] = []
        for step in range(first, recipe.steps + AHEAD):
            if step < recipe.steps:
                queue.append([pool.submit(drawn, step, slot) for slot in slots])
            if step >= first + AHEAD or step >= recipe.steps:
                if not queue:
                    return
                yield [future.result() for future in queue.pop(0)]


def _stepped(
    recipe: Recipe,
    model: Network,
    run: "_Run",
    lessons: list[tuple[Lesson, np.random.Generator, int]],
    rate: float,
    device: str,
    world: int,
) -> float:
    """One step of the optimiser; mean loss of the batch."""
    run.optimiser.zero_grad(set_to_none=True)
    total = torch.zeros((), device=device)
    for lesson, rng, rounds in lessons:
        with torch.autocast(device.partition(":")[0], torch.bfloat16, enabled=device != "cpu"):
            loss = lesson_loss(model, run.parameters, lesson, recipe.losses, rounds, rng, device)
        (loss / recipe.batch).backward()
        total += loss.detach() / recipe.batch
    if world > 1:
        torch.distributed.all_reduce(total)
        for values in run.parameters.values():
            grad = values.grad if values.grad is not None else torch.zeros_like(values)
            torch.distributed.all_reduce(grad)
            values.grad = grad
    torch.nn.utils.clip_grad_norm_(list(run.parameters.values()), CLIP)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.optimiser.step()
    run.step += 1
    kept = min(recipe.average, run.step / (run.step + 10))
    with torch.no_grad():
        for name, values in run.parameters.items():
            run.average[name].lerp_(values, 1 - kept)
    return float(total)


class _Run:
    """What changes while training, and what a checkpoint holds."""

    def __init__(
        self,
        recipe: Recipe,
        model: Network,
        parameters: dict[str, torch.Tensor],
        average: dict[str, torch.Tensor],
    ) -> None:
        self.model = model
        self.parameters = parameters
        self.average = average
        self.step = 0
        self.best = -1.0
        self.optimiser = torch.optim.AdamW(
            list(parameters.values()), recipe.rate, BETAS, weight_decay=recipe.decay
        )

    @classmethod
    def begun(cls, recipe: Recipe, model: Network, out: Path, begin: Weights | None, device: str):
        """A fresh run, or the one in the folder."""
        values = initial(model.shapes(), np.random.default_rng(recipe.seed))
        if begin is not None:
            values = _continued(values, begin.parameters)
        known, state = _checkpoint(out / CHECKPOINT, recipe)
        parameters = {
            name: torch.tensor(known.get(f"now.{name}", v), device=device, requires_grad=True)
            for name, v in values.items()
        }
        average = {
            name: torch.tensor(known.get(f"average.{name}", v), device=device)
            for name, v in values.items()
        }
        run = cls(recipe, model, parameters, average)
        if state:
            run.step, run.best = int(state["step"]), float(state["best"])
            for name, values in parameters.items():
                run.optimiser.state[values] = {
                    "step": torch.tensor(float(run.step)),
                    "exp_avg": torch.tensor(known[f"first.{name}"], device=device),
                    "exp_avg_sq": torch.tensor(known[f"second.{name}"], device=device),
                }
        return run

    def judge(self, iou: tuple[float, ...], out: Path) -> None:
        """Keep the weights if they are the best so far."""
        score = float(np.mean(iou))
        if score > self.best:
            self.best = score
            config = described(self.model.config) | {"step": self.step, "iou": list(iou)}
            arrays = {name: v.cpu().numpy() for name, v in self.average.items()}
            write_weights(out / BEST, Weights(config, arrays))

    def save(self, out: Path, recipe: Recipe) -> None:
        """Write the checkpoint."""
        from safetensors.torch import save

        arrays: dict[str, torch.Tensor] = {}
        for name, values in self.parameters.items():
            state = self.optimiser.state[values]
            arrays[f"now.{name}"] = values.detach()
            arrays[f"average.{name}"] = self.average[name]
            arrays[f"first.{name}"] = state["exp_avg"]
            arrays[f"second.{name}"] = state["exp_avg_sq"]
        text = {"step": self.step, "best": self.best, "recipe": asdict(recipe)}
        held = {name: values.contiguous().cpu() for name, values in arrays.items()}
        write_atomically(out / CHECKPOINT, [save(held, {_STATE: json.dumps(text)})])


def _continued(
    values: dict[str, np.ndarray], known: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Parameters as known, where they are; what is new begins without effect, at a gain of 0."""
    merged = {}
    for name, fresh in values.items():
        if name in known and known[name].shape != fresh.shape:
            raise TrainingError(f"{name} has another shape in the weights to begin with.")
        merged[name] = known.get(name, fresh * 0 if name.endswith(".gain") else fresh)
    return merged


def _checkpoint(path: Path, recipe: Recipe) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and state of a checkpoint, or nothing where there is none."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return {}, {}
    try:
        with safe_open(path, "numpy") as stream:
            state = json.loads((stream.metadata() or {})[_STATE])
            arrays = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError) as error:
        raise TrainingError(f"{path}: is damaged ({error}); remove it to begin anew.") from None
    asked = json.loads(json.dumps(asdict(recipe)))
    changed = [f.name for f in fields(recipe) if state["recipe"].get(f.name) != asked[f.name]]
    if set(changed) - {"steps", "validate_every"}:
        raise TrainingError(
            f"{path}: holds a run with another {', '.join(changed)}; give another folder."
        )
    return arrays, state


def _rate(recipe: Recipe, step: int) -> float:
    """Learning rate: up in a line, down along a cosine."""
    if step < WARM_UP:
        return recipe.rate * (step + 1) / WARM_UP
    along = (step - WARM_UP) / max(recipe.steps - WARM_UP, 1)
    return recipe.rate * (LEAST_RATE + (1 - LEAST_RATE) * (1 + math.cos(math.pi * along)) / 2)


@contextmanager
def _processes(device: str) -> Iterator[tuple[int, int]]:
    """Number of this process and how many there are, joined if `torchrun` started them."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield 0, 1
        return
    torch.distributed.init_process_group("gloo" if device == "cpu" else "nccl")
    try:
        yield torch.distributed.get_rank(), world
    finally:
        torch.distributed.destroy_process_group()


def _wait(world: int) -> None:
    if world > 1:
        torch.distributed.barrier()
