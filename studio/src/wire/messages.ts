// Written by studio/generate.py from pinpoint3d.server.messages and .frames; do not edit.

export const PROTOCOL = "pinpoint3d.v1";

export const Kind = { MASK: 1, LABELS: 3, CONFIDENCE: 4, CANDIDATES: 5, POSITIONS: 6, COLOURS: 7, SUPERPOINTS: 8, NORMALS: 9 } as const;

export interface Ack {
  type: "ack";
  key: string;
  rev: number;
  object: number | null;
  part: number | null;
}

export interface Brief {
  op: string;
  object?: number | null;
  part?: number | null;
  negative?: boolean;
}

export interface ChooseOp {
  point?: number | null;
  row?: number | null;
  position?: [number, number, number] | null;
  op: "choose";
  object: number | null;
  part?: number | null;
  candidate: number;
}

export interface ClickMark {
  point: number;
  object: number;
  part: number;
  negative: boolean;
}

export interface ClickOp {
  point?: number | null;
  row?: number | null;
  position?: [number, number, number] | null;
  op: "click";
  object: number | null;
  part?: number | null;
  negative?: boolean;
  granularity?: number | null;
}

export type Code = "bad_request" | "unauthorised" | "wrong_origin" | "wrong_host" | "not_found" | "not_allowed" | "gone" | "stale" | "wrong_offset" | "no_revision" | "too_large" | "unreadable" | "scan_changed" | "refused" | "locked" | "busy" | "not_ready" | "disk_full" | "internal";

export interface DeleteOp {
  op: "delete";
  object: number;
  part?: number | null;
}

export interface DoOp {
  type: "op";
  key: string;
  base?: number | null;
  op: ClickOp | ChooseOp | PaintOp | RenameOp | LockOp | MergeOp | DeleteOp | HideOp | IsolateOp | ShowOp | UndoOp | RedoOp;
}

export interface Export {
  id: string;
  session: string;
  rev: number;
  format: string;
  state: "waiting" | "running" | "done" | "failed";
  name: string;
  bytes: number | null;
  detail: string | null;
}

export interface FoundPart {
  object: number;
  part: number | null;
  name: string | null;
  confidence: number;
  n_points: number;
  world: Placement;
  camera: Placement | null;
  axis_ambiguous: boolean;
  normal_spread_deg: number | null;
  image: ImageMask | null;
}

export interface FoundParts {
  rev: number;
  parts: FoundPart[];
}

export interface Health {
  status: "ok" | "starting" | "disk full";
  version: string;
}

export interface Hello {
  type: "hello";
  rev?: number | null;
}

export interface HideOp {
  op: "hide";
  object: number;
  part?: number | null;
  hidden: boolean;
}

export interface ImageMask {
  box: [number, number, number, number];
  runs: number[];
  size: [number, number];
}

export interface IsolateOp {
  op: "isolate";
  object: number | null;
}

export interface Level {
  first: number;
  count: number;
}

export interface Limits {
  upload_bytes: number;
  points: number;
  message_bytes: number;
  ops_per_second: number;
}

export interface LockOp {
  op: "lock";
  object: number;
  locked: boolean;
}

export interface LoggedOp {
  op: string;
  object?: number | null;
  part?: number | null;
  negative?: boolean;
  rev: number;
  key: string;
  at: string;
}

export interface MergeOp {
  op: "merge";
  into: number;
  other: number;
}

export interface NewExport {
  format: "ply" | "npz" | "pcd" | "las" | "laz" | "xyz" | "csv" | "glb" | "partscan" | "project" | "clicks";
}

export interface NewSession {
  scene: string;
  segmenter?: string | null;
}

export interface NewUpload {
  name: string;
  bytes: number;
  sha256?: string | null;
}

export interface ObjectRow {
  object: number;
  name: string | null;
  points: number;
  clicks: number;
  confidence: number | null;
  iou: number | null;
  locked: boolean;
  next_part: number | null;
  parts: PartRow[];
}

export interface OpResult {
  rev: number;
  object: number | null;
  part: number | null;
  state: State;
}

export interface OpenPath {
  units?: "m" | "cm" | "mm" | null;
  up?: "+x" | "-x" | "+y" | "-y" | "+z" | "-z" | null;
  path: string;
}

export interface Opening {
  units?: "m" | "cm" | "mm" | null;
  up?: "+x" | "-x" | "+y" | "-y" | "+z" | "-z" | null;
}

export interface PaintOp {
  op: "paint";
  object: number | null;
  part?: number | null;
  runs?: [number, number][] | null;
  rows?: number[] | null;
}

export interface PartRow {
  part: number;
  name: string | null;
  points: number;
  clicks: number;
  confidence: number | null;
  iou: number | null;
}

export interface Ping {
  type: "ping";
}

export interface Place {
  point?: number | null;
  row?: number | null;
  position?: [number, number, number] | null;
}

export interface Placement {
  centroid: [number, number, number];
  medoid: [number, number, number];
  box_centre: [number, number, number];
  box_rotation: [number, number, number, number];
  box_size: [number, number, number];
  normal: [number, number, number] | null;
}

export interface Pong {
  type: "pong";
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail: string;
  code: Code;
  request_id: string;
  rev?: number | null;
  retry_after?: number | null;
  ops?: LoggedOp[] | null;
}

export interface Progress {
  type: "progress";
  stage: "read" | "order" | "encode" | "ready";
  done: number | null;
}

export interface RedoOp {
  op: "redo";
}

export interface Refusal {
  type: "error";
  key: string | null;
  problem: Problem;
}

export interface RenameOp {
  op: "rename";
  object: number;
  part?: number | null;
  name: string;
}

export interface Resync {
  type: "resync";
}

export interface SceneInfo {
  id: string;
  name: string;
  points: number;
  rows: number;
  levels: Level[];
  low: [number, number, number];
  step: [number, number, number];
  origin: [number, number, number];
  up: [number, number, number];
  positions: "u16" | "f32";
  spacing_m: number;
  has_colours: boolean;
  has_normals: boolean;
  has_truth: boolean;
  report: Record<string, unknown>;
}

export interface SessionInfo {
  id: string;
  scene: string;
  name: string;
  segmenter: string;
  rev: number;
  created: string;
  modified: string;
}

export interface ShowOp {
  op: "show";
}

export interface Stale {
  type: "stale";
  key: string;
  rev: number;
  ops: LoggedOp[];
}

export interface State {
  type: "state";
  rev: number;
  undo: Brief | null;
  redo: Brief | null;
  next_object: number | null;
  objects: ObjectRow[];
  clicks: ClickMark[];
  suggestions: number[];
  hidden: Target[];
  alone: number | null;
}

export interface StudyAnswers {
  tool: string;
  questionnaire: string;
  answers: Record<string, number>;
}

export interface StudyEnd {
  reason: "done" | "time" | "clicks" | "given up";
}

export interface StudyPart {
  part: number;
  name: string;
}

export interface StudyPlan {
  participant: string;
  consent: string;
  trials: StudyTrial[];
  questionnaires: StudyQuestionnaire[];
}

export interface StudyProgress {
  session: SessionInfo;
  trial: StudyTrial;
  elapsed: number;
  iou: number | null;
}

export interface StudyQuestion {
  key: string;
  text: string;
  low: string;
  high: string;
}

export interface StudyQuestionnaire {
  name: string;
  lowest: number;
  highest: number;
  questions: StudyQuestion[];
}

export interface StudyTrial {
  number: number;
  tool: string;
  is_practice: boolean;
  is_over: boolean;
  task: string;
  object: number;
  object_name: string;
  parts: StudyPart[];
  seconds: number;
  clicks: number;
  view: StudyView;
}

export interface StudyView {
  target: [number, number, number];
  azimuth_deg: number;
  elevation_deg: number;
  distance_m: number;
}

export interface Target {
  object: number;
  part: number;
}

export interface UndoOp {
  op: "undo";
}

export interface Upload {
  id: string;
  chunk: number;
  offset: number;
}

export interface Welcome {
  type: "welcome";
  session: SessionInfo;
  scene: SceneInfo;
  limits: Limits;
  study: boolean;
}

export type Op = ClickOp | ChooseOp | PaintOp | RenameOp | LockOp | MergeOp | DeleteOp | HideOp | IsolateOp | ShowOp | UndoOp | RedoOp;

export type ClientMessage = Hello | DoOp | Resync | Ping;

export type ServerMessage = Welcome | Ack | State | Stale | Refusal | Progress | Pong;
