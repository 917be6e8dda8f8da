"""Every JSON body and WebSocket message, in one place; the studio's types are generated from here.

Points are named by `point`, their place in display order (`display.py`), by `row` of the scan's
file, or by world `position`. A `rev` counts a session's operations, undo and redo among them.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_OBJECT = 65_535
MAX_PART = 255
PROTOCOL = "pinpoint3d.v1"
"""The WebSocket subprotocol."""

Key = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{8,64}$")]
"""Chosen by the client for each operation, a ULID for example: sending it again does nothing."""
ObjectId = Annotated[int, Field(ge=0, le=MAX_OBJECT)]
PartId = Annotated[int, Field(ge=0, le=MAX_PART)]
Index = Annotated[int, Field(ge=0, le=2**31 - 1)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Position = tuple[Coordinate, Coordinate, Coordinate]
Run = tuple[Index, Annotated[int, Field(ge=1, le=2**31 - 1)]]
Name = Annotated[str, Field(max_length=200)]


class Code(StrEnum):
    """What went wrong, for programs; a problem's `detail` says it for people."""

    BAD_REQUEST = "bad_request"
    UNAUTHORISED = "unauthorised"
    WRONG_ORIGIN = "wrong_origin"
    WRONG_HOST = "wrong_host"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    STALE = "stale"
    WRONG_OFFSET = "wrong_offset"
    NO_REVISION = "no_revision"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    SCAN_CHANGED = "scan_changed"
    REFUSED = "refused"
    LOCKED = "locked"
    BUSY = "busy"
    NOT_READY = "not_ready"
    DISK_FULL = "disk_full"
    INTERNAL = "internal"


class Message(BaseModel):
    """Base of all: unknown keys are refused, so that a typing error does not pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Message):
    """An answer of 400 or more, as `application/problem+json` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: Code
    request_id: str
    rev: int | None = None
    retry_after: int | None = None
    ops: list["LoggedOp"] | None = None


# Operations


class Place(Message):
    """A point of the scan, named one way."""

    point: Index | None = None
    row: Index | None = None
    position: Position | None = None

    @model_validator(mode="after")
    def _named_once(self) -> "Place":
        if sum(value is not None for value in (self.point, self.row, self.position)) != 1:
            raise ValueError("give one of point, row and position")
        return self


class ClickOp(Place):
    """A click for a target: an object (part 0) or a part of one.

    `object` null makes a new object, `part` null a new part; the answer says which ids they got.
    Clicks for the whole object from before it had parts come to a new part if they lie in it.
    Object 0 is background. A negative click says "not this part", or "not this object"
    of a point that no part has; where another object is, nothing changes hands.
    """

    op: Literal["click"]
    object: ObjectId | None
    part: PartId | None = 0
    negative: bool = False
    granularity: Annotated[float, Field(ge=0, le=1)] | None = None


class ChooseOp(Place):
    """A candidate of a click, by its number, given to a target whatever the segmenter says."""

    op: Literal["choose"]
    object: ObjectId | None
    part: PartId | None = 0
    candidate: Annotated[int, Field(ge=0, le=255)]


class PaintOp(Message):
    """Points given to a target by hand; object 0 erases.

    `runs` are [first, count] in display order, ascending and apart; `rows` names rows of the file.
    """

    op: Literal["paint"]
    object: ObjectId | None
    part: PartId | None = 0
    runs: Annotated[list[Run], Field(max_length=1_000_000)] | None = None
    rows: Annotated[list[Index], Field(max_length=1_000_000)] | None = None

    @model_validator(mode="after")
    def _given_once(self) -> "PaintOp":
        if (self.runs is None) == (self.rows is None):
            raise ValueError("give one of runs and rows")
        return self


class RenameOp(Message):
    """A name for an object, or for one of its parts; an empty one takes it away."""

    op: Literal["rename"]
    object: Annotated[int, Field(ge=1, le=MAX_OBJECT)]
    part: Annotated[int, Field(ge=1, le=MAX_PART)] | None = None
    name: Name


class LockOp(Message):
    """An object kept as it is, or let go again."""

    op: Literal["lock"]
    object: Annotated[int, Field(ge=1, le=MAX_OBJECT)]
    locked: bool


class MergeOp(Message):
    """Object `other` made part of object `into`."""

    op: Literal["merge"]
    into: Annotated[int, Field(ge=1, le=MAX_OBJECT)]
    other: Annotated[int, Field(ge=1, le=MAX_OBJECT)]


class DeleteOp(Message):
    """An object forgotten, or one of its parts."""

    op: Literal["delete"]
    object: Annotated[int, Field(ge=1, le=MAX_OBJECT)]
    part: Annotated[int, Field(ge=1, le=MAX_PART)] | None = None


class HideOp(Message):
    """An object, or one of its parts, out of sight, or back in it; its labels stay."""

    op: Literal["hide"]
    object: Annotated[int, Field(ge=1, le=MAX_OBJECT)]
    part: Annotated[int, Field(ge=1, le=MAX_PART)] | None = None
    hidden: bool


class IsolateOp(Message):
    """One object in sight and no other; null: the others too."""

    op: Literal["isolate"]
    object: Annotated[int, Field(ge=1, le=MAX_OBJECT)] | None


class ShowOp(Message):
    """Everything in sight again."""

    op: Literal["show"]


class UndoOp(Message):
    """The last operation taken back."""

    op: Literal["undo"]


class RedoOp(Message):
    """The operation undone last, done again."""

    op: Literal["redo"]


Op = Annotated[
    ClickOp
    | ChooseOp
    | PaintOp
    | RenameOp
    | LockOp
    | MergeOp
    | DeleteOp
    | HideOp
    | IsolateOp
    | ShowOp
    | UndoOp
    | RedoOp,
    Field(discriminator="op"),
]


class Brief(Message):
    """An operation in a few words: what a button or a list shows of it."""

    op: str
    object: int | None = None
    part: int | None = None
    negative: bool = False


class LoggedOp(Brief):
    """A line of a session's log."""

    rev: int
    key: str
    at: str


# What a session looks like


class PartRow(Message):
    """A named part in the object tree. `iou` only where the scan has its own labels."""

    part: int
    name: str | None
    points: int
    clicks: int
    confidence: float | None
    iou: float | None


class ObjectRow(Message):
    """An object in the tree; its numbers are those of all of it."""

    object: int
    name: str | None
    points: int
    clicks: int
    confidence: float | None
    iou: float | None
    locked: bool
    next_part: int | None
    parts: list[PartRow]


class ClickMark(Message):
    """A click that stands, for drawing it. `object` and `part` are the target it was made for."""

    point: int
    object: int
    part: int
    negative: bool


class Target(Message):
    """An object (part 0), or one of its parts."""

    object: int
    part: int


class State(Message):
    """All of a session but its labels, as of `rev`.

    `undo` and `redo` are what those would act on. `suggestions` are points worth a click next.
    `hidden` is out of sight, and so is, where `alone` names an object, every other object.
    """

    type: Literal["state"] = "state"
    rev: int
    undo: Brief | None
    redo: Brief | None
    next_object: int | None
    objects: list[ObjectRow]
    clicks: list[ClickMark]
    suggestions: list[int]
    hidden: list[Target]
    alone: int | None


Quaternion = tuple[Coordinate, Coordinate, Coordinate, Coordinate]


class Placement(Message):
    """Where a part is in one frame, metres; see `pinpoint3d.robot.Placement`."""

    centroid: Position
    medoid: Position
    box_centre: Position
    box_rotation: Quaternion
    box_size: Position
    normal: Position | None


class ImageMask(Message):
    """Where a part shows in an organised scan: pixels off, on, off ... along the lines."""

    box: tuple[int, int, int, int]
    runs: list[int]
    size: tuple[int, int]


class FoundPart(Message):
    """An object, or one part of it, for a robot; `camera` and `image` for organised scans alone."""

    object: int
    part: int | None
    name: str | None
    confidence: float
    n_points: int
    world: Placement
    camera: Placement | None
    axis_ambiguous: bool
    normal_spread_deg: float | None
    image: ImageMask | None


class FoundParts(Message):
    """All objects and parts, with every operation up to `rev` in them."""

    rev: int
    parts: list[FoundPart]


class SessionInfo(Message):
    """A session in a list. `rev` counts what is on disk."""

    id: str
    scene: str
    name: str
    segmenter: str
    rev: int
    created: str
    modified: str


class Level(Message):
    """Points `first` to `first + count` of the display order, fetched together."""

    first: int
    count: int


class SceneInfo(Message):
    """A scan as it is drawn: positions are `low + step * q`, plus `origin` for the world's.

    `points` of its `rows` have a position. `low`, `step` and `origin` are metres. `positions` says
    what a level holds: "u16" q, or "f32" metres from `low`. `report` is that of `pinpoint3d info`.
    """

    id: str
    name: str
    points: int
    rows: int
    levels: list[Level]
    low: Position
    step: Position
    origin: Position
    up: Position
    positions: Literal["u16", "f32"]
    spacing_m: float
    has_colours: bool
    has_normals: bool
    has_truth: bool
    report: dict[str, Any]


# WebSocket, client to server


class Hello(Message):
    """The first message, within five seconds. `rev`: of the labels that the client still has."""

    type: Literal["hello"]
    rev: Annotated[int, Field(ge=0)] | None = None


class DoOp(Message):
    """An operation. `base` is the rev the person saw; null: whatever stands."""

    type: Literal["op"]
    key: Key
    base: Annotated[int, Field(ge=0)] | None = None
    op: Op


class Resync(Message):
    """Asks for all labels again, after a frame that did not fit."""

    type: Literal["resync"]


class Ping(Message):
    """Asks for a pong."""

    type: Literal["ping"]


ClientMessage = Annotated[Hello | DoOp | Resync | Ping, Field(discriminator="type")]


# WebSocket, server to client; labels and candidates come as binary frames


class Limits(Message):
    """What the server takes."""

    upload_bytes: int
    points: int
    message_bytes: int
    ops_per_second: int


class Welcome(Message):
    """The answer to hello; progress, labels and state follow."""

    type: Literal["welcome"] = "welcome"
    session: SessionInfo
    scene: SceneInfo
    limits: Limits
    study: bool


class Ack(Message):
    """The operation is on disk. `object` and `part`: its target, with new ids filled in."""

    type: Literal["ack"] = "ack"
    key: str
    rev: int
    object: int | None
    part: int | None


class Stale(Message):
    """The operation was not done: others changed its target since `base`; `ops` came between."""

    type: Literal["stale"] = "stale"
    key: str
    rev: int
    ops: list[LoggedOp]


class Refusal(Message):
    """The operation (or, without a key, the message) was not done."""

    type: Literal["error"] = "error"
    key: str | None
    problem: Problem


class Progress(Message):
    """What clicks wait for. `done` from 0 to 1, or null where nobody knows."""

    type: Literal["progress"] = "progress"
    stage: Literal["read", "order", "encode", "ready"]
    done: float | None


class Pong(Message):
    """The answer to ping."""

    type: Literal["pong"] = "pong"


ServerMessage = Annotated[
    Welcome | Ack | State | Stale | Refusal | Progress | Pong, Field(discriminator="type")
]


# REST bodies


class NewSession(Message):
    """A session to start on a scan. Options left out are guessed, as `pinpoint3d info` shows."""

    scene: str
    segmenter: str | None = None


class NewUpload(Message):
    """A file to come. The name is a label and tells the format where the content does not."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class Upload(Message):
    """An upload under way: send `chunk` bytes at a time, from `offset`."""

    id: str
    chunk: int
    offset: int


class Opening(Message):
    """How a scan is to be read where its file is silent."""

    units: Literal["m", "cm", "mm"] | None = None
    up: Literal["+x", "-x", "+y", "-y", "+z", "-z"] | None = None


class OpenPath(Opening):
    """A scan in the server's data root, by its path there."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class OpResult(Message):
    """What an operation over REST came to; its masks are computed when this arrives."""

    rev: int
    object: int | None
    part: int | None
    state: State


class NewExport(Message):
    """A file to make of a session. `project` is the session itself, `clicks` its click list."""

    format: Literal[
        "ply", "npz", "pcd", "las", "laz", "xyz", "csv", "glb", "partscan", "project", "clicks"
    ]


class Export(Message):
    """An export and how far it is; `detail` says why it failed."""

    id: str
    session: str
    rev: int
    format: str
    state: Literal["waiting", "running", "done", "failed"]
    name: str
    bytes: int | None
    detail: str | None


class Health(Message):
    """Alive, or ready."""

    status: Literal["ok", "starting", "disk full"]
    version: str


# A user study (only where the server was started with one)


class StudyView(Message):
    """Where is looked from: metres and degrees, as `docs/user-study.md` has them."""

    target: Position
    azimuth_deg: Coordinate
    elevation_deg: Coordinate
    distance_m: Coordinate


class StudyPart(Message):
    """A part to make. Parts of one name are as good as each other."""

    part: int
    name: str


class StudyTrial(Message):
    """A task that a participant does with a tool; no parts mean the object as a whole."""

    number: int
    tool: str
    is_practice: bool
    is_over: bool
    task: str
    object: int
    object_name: str
    parts: list[StudyPart]
    seconds: float
    clicks: int
    view: StudyView


class StudyQuestion(Message):
    """A statement, and what the ends of its scale from `lowest` to `highest` mean."""

    key: str
    text: str
    low: str
    high: str


class StudyQuestionnaire(Message):
    """Questions asked after each tool."""

    name: str
    lowest: int
    highest: int
    questions: list[StudyQuestion]


class StudyPlan(Message):
    """What one participant does, in order."""

    participant: str
    consent: str
    trials: list[StudyTrial]
    questionnaires: list[StudyQuestionnaire]


class StudyProgress(Message):
    """A trial under way: its session, seconds since it began, and the IoU now."""

    session: SessionInfo
    trial: StudyTrial
    elapsed: float
    iou: float | None


class StudyEnd(Message):
    """Why a trial is over."""

    reason: Literal["done", "time", "clicks", "given up"]


class StudyAnswers(Message):
    """Answers to a questionnaire about a tool, by the questions' keys."""

    tool: Annotated[str, Field(max_length=100)]
    questionnaire: Annotated[str, Field(max_length=100)]
    answers: Annotated[dict[str, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=200)]
