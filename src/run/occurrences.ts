import { fingerprintOf } from '../findings/fingerprint.ts'
import type { Occurrence } from '../findings/suppressed.ts'
import type { Life } from './lifecycle.ts'

/** Every defect of a history, and among them those that a run tells. */
export class Occurrences {
  readonly all: Occurrence[] = []
  readonly #ofLife = new Map<Life, Occurrence>()
  readonly #ofFingerprint = new Map<string, Occurrence[]>()

  /**
   * `whole`: what replaying the whole history tells. `told`: what the run does, which is less where some files are asked
   * about, and other where a server was read. What a server alone shows comes after the last file.
   */
  constructor(whole: readonly Life[], told: readonly Life[], files: readonly string[]) {
    const order = new Map(files.map((file, at) => [file, at]))
    const placeOf = (file: string | null) => (file === null ? undefined : order.get(file)) ?? files.length
    const byKey = new Map<string, [Life, Occurrence][]>()
    for (const life of whole) {
      const to = life.repairedBy === null ? Number.POSITIVE_INFINITY : placeOf(life.repairedBy)
      const occurrence = this.#add(life, placeOf(life.file), to)
      byKey.set(life.defect.key, [...(byKey.get(life.defect.key) ?? []), [life, occurrence]])
    }
    for (const life of told) {
      if (this.#ofLife.has(life)) continue
      const same = byKey.get(life.defect.key)?.find(([one, { from, to }]) => {
        if (life.repairedBy !== one.repairedBy) return false
        return life.repairedBy === null || (from <= placeOf(life.file) && placeOf(life.file) < to)
      })
      if (same === undefined) this.#add(life, files.length, Number.POSITIVE_INFINITY)
      else this.#ofLife.set(life, same[1])
    }
  }

  of(life: Life): Occurrence {
    const occurrence = this.#ofLife.get(life)
    if (occurrence === undefined) throw new Error(`${life.defect.key} is not among the defects`)
    return occurrence
  }

  /** Which one of its fingerprint it is, from 1. */
  ordinalOf(life: Life): number {
    const occurrence = this.of(life)
    return (
      (this.#ofFingerprint.get(fingerprintOf(occurrence.check, occurrence.subject)) ?? []).indexOf(
        occurrence,
      ) + 1
    )
  }

  #add(life: Life, from: number, to: number): Occurrence {
    const { check, found } = life.defect
    const occurrence = { check: check.id, subject: found.subject, source: found.source, from, to }
    this.all.push(occurrence)
    this.#ofLife.set(life, occurrence)
    const fingerprint = fingerprintOf(check.id, found.subject)
    this.#ofFingerprint.set(fingerprint, [...(this.#ofFingerprint.get(fingerprint) ?? []), occurrence])
    return occurrence
  }
}
