import type { MessagePort } from 'node:worker_threads'
import type { Outcome } from './grammar.ts'

/**
 * What the thread that parses and its user share. Neither can wait for messages while it works, so each counts up a signal
 * for the other once it has posted one.
 */
export interface ParserLink {
  readonly port: MessagePort
  readonly signals: Int32Array
}

/** Places in `signals`. */
export const signal = {
  /** Counts what the user has asked for. */
  asked: 0,
  /** Counts what the thread has answered. */
  answered: 1,
  /** The start, in the texts to be parsed ahead, of the one that the user waited for last. */
  reached: 2,
} as const

export type Request =
  /** Texts that will be asked for, in this order. Each is known by its start in all of them, end to end. */
  { readonly kind: 'ahead'; readonly scripts: readonly string[] } | Text

export interface Text {
  readonly kind: 'script' | 'plpgsql'
  readonly text: string
}

/** A text that a script leads to: one of its DO blocks, or SQL in that. */
export interface ParsedCode extends Text {
  readonly outcome: Outcome
}

/**
 * `id`: the start of a text parsed ahead; null for the answer to what was asked at once. `code`: what will be asked for after
 * that text.
 */
export type Answer = { readonly id: number | null; readonly code?: readonly ParsedCode[] } & (
  | { readonly outcome: Outcome }
  | { readonly overrun: string }
  | { readonly failure: string }
)

/** Makes a signal heard. */
export function count(signals: Int32Array, place: number): void {
  Atomics.add(signals, place, 1)
  Atomics.notify(signals, place)
}
