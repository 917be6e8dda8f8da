// The socket of a session. What is sent is kept until the server has it on disk; after a break it
// is sent again with the same key, which the server takes once.

import { PROTOCOL } from "../wire/messages";
import type { Ack, ClientMessage, DoOp, Op, ServerMessage, Stale } from "../wire/messages";
import { framesIn, type Frame } from "../core/frames";

const RETRY_MS = [200, 500, 1000, 2000, 4000];
const PING_MS = 15_000;
const DEAD_MS = 45_000;
// Of the socket's closing: the session is gone, or the address was wrong.
const FINAL = [4401, 4403, 4404, 4410];

export class OpError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly stale: Stale | null = null,
  ) {
    super(message);
  }
}

export interface Listener {
  message(message: Exclude<ServerMessage, { type: "ack" | "pong" }>): void;
  frame(frame: Frame): void;
  status(status: "connecting" | "open" | "lost" | "failed", detail: string | null): void;
  pending(count: number): void;
}

interface Waiting {
  message: DoOp;
  resolve: (ack: Ack) => void;
  reject: (error: Error) => void;
}

export class Connection {
  /** Newest revision that this page has caused or seen. */
  rev = 0;
  /** Revision of the labels that the page holds, or null. */
  labelsRev: number | null = null;

  private socket: WebSocket | null = null;
  private readonly waiting = new Map<string, Waiting>();
  private incoming: Promise<void> = Promise.resolve();
  private ready = false;
  private tries = 0;
  private heard = 0;
  private timer = 0;
  private closed = false;

  constructor(
    private readonly session: string,
    private readonly listener: Listener,
  ) {
    this.timer = window.setInterval(() => this.beat(), PING_MS);
    window.addEventListener("online", () => this.retryNow());
    this.open();
  }

  /** Do an operation; resolves once it is on the server's disk. */
  send(op: Op): Promise<Ack> {
    return new Promise((resolve, reject) => {
      const base = this.waiting.size > 0 ? null : this.rev;
      const message: DoOp = { type: "op", key: newKey(), base, op };
      this.waiting.set(message.key, { message, resolve, reject });
      this.listener.pending(this.waiting.size);
      if (this.ready) this.write(message);
    });
  }

  close(): void {
    this.closed = true;
    window.clearInterval(this.timer);
    this.socket?.close(1000);
  }

  /** Ask for all labels anew. */
  resync(): void {
    this.labelsRev = null;
    this.write({ type: "resync" });
  }

  private write(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private open(): void {
    const address = new URL(`api/v1/sessions/${this.session}/ws`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.search = "";
    const socket = new WebSocket(address, PROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.heard = performance.now();
      this.write({ type: "hello", rev: this.labelsRev });
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      this.heard = performance.now();
      // one after the other: unpacking takes time, and order matters
      this.incoming = this.incoming.then(() => this.take(event.data)).catch((error: Error) => {
        this.listener.status("open", error.message);
        this.resync();
      });
    };
    socket.onclose = (event) => {
      if (this.socket !== socket || this.closed) return;
      this.ready = false;
      if (FINAL.includes(event.code)) {
        this.listener.status("failed", "The server no longer has this session. It was deleted, or the server keeps another folder.");
        return;
      }
      this.listener.status("lost", null);
      const wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)];
      window.setTimeout(() => this.retryNow(), wait);
    };
  }

  private retryNow(): void {
    const idle = this.socket === null || this.socket.readyState === WebSocket.CLOSED;
    if (idle && !this.closed) this.open();
  }

  private beat(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (performance.now() - this.heard > DEAD_MS) this.socket.close();
    else this.write({ type: "ping" });
  }

  private async take(data: string | ArrayBuffer): Promise<void> {
    if (typeof data !== "string") {
      for (const frame of await framesIn(new Uint8Array(data))) this.listener.frame(frame);
      return;
    }
    const message = JSON.parse(data) as ServerMessage;
    switch (message.type) {
      case "pong":
        return;
      case "welcome":
        this.tries = 0;
        this.ready = true;
        this.listener.message(message);
        this.listener.status("open", null);
        for (const { message: op } of this.waiting.values()) this.write({ ...op, base: null });
        return;
      case "ack":
        this.rev = Math.max(this.rev, message.rev);
        this.settle(message.key)?.resolve(message);
        return;
      case "stale":
        this.settle(message.key)?.reject(new OpError("Someone else changed it", "stale", message));
        return;
      case "error": {
        const { key, problem } = message;
        const again = key === null ? undefined : this.waiting.get(key);
        if (again && problem.code === "busy") {
          const wait = 1000 * (problem.retry_after ?? 1);
          window.setTimeout(() => this.ready && this.write({ ...again.message, base: null }), wait);
          return;
        }
        const waiting = key === null ? null : this.settle(key);
        if (waiting) waiting.reject(new OpError(problem.detail, problem.code));
        else this.listener.message(message);
        return;
      }
      case "state":
        this.rev = message.rev;
    }
    this.listener.message(message);
  }

  private settle(key: string): Waiting | null {
    const waiting = this.waiting.get(key) ?? null;
    this.waiting.delete(key);
    this.listener.pending(this.waiting.size);
    return waiting;
  }
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A ULID: time, then chance. */
function newKey(): string {
  let time = Date.now();
  let head = "";
  for (let i = 0; i < 10; i++) {
    head = ALPHABET[time % 32] + head;
    time = Math.floor(time / 32);
  }
  const chance = crypto.getRandomValues(new Uint8Array(16));
  return head + Array.from(chance, (byte) => ALPHABET[byte % 32]).join("");
}
