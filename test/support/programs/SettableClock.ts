/** The wall clock of a program, which a test sets while it runs, by Debian's faketime; the monotonic clock stays true. */
import { globSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const [library] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1")

/** Whether faketime is installed. */
export const hasSettableClock = library !== undefined

/** A wall clock that can be set. */
export interface SettableClock {
  /** For the program whose clock it is. */
  readonly environment: Readonly<Record<string, string>>
  /** Has the clock be so many seconds before or after the true time, from now on. */
  readonly set: (seconds: number) => void
}

/** A clock that is right so far, told to the program by a file in this folder. */
export const makeSettableClock = (folder: string): SettableClock => {
  const file = join(folder, "clock")
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}`)
  set(0)
  return {
    environment: {
      LD_PRELOAD: library ?? "",
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1"
    },
    set
  }
}

/** An hour back, and an hour forward. */
export const clockSteps = [
  ["back", -1],
  ["forward", 1]
] as const
