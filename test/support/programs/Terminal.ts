/**
 * A terminal with a program in it: what a person types goes in, what they see comes out. It is the pseudo-terminal of
 * util-linux `script`, of 80 columns and 24 rows unless given; the settings of the terminal are compared before and after.
 */
import { Effect, type Scope } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"
import { type EndedEarly, type Place, start } from "./App.ts"

/** Whether there is such a terminal here; util-linux alone has `script` with these options. */
export const hasTerminal: boolean =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false

/** A program in a terminal. */
export interface Terminal {
  readonly type: (keys: string) => Effect.Effect<void>
  /** Waits until this is shown, after what was waited for before; everything up to its end. */
  readonly shows: (what: RegExp) => Effect.Effect<string, EndedEarly>
  /** Gives it another width, of which its program is told. */
  readonly setColumns: (columns: number) => void
  /** How the program ended, once it has. */
  readonly ended: Effect.Effect<Closed>
}

/** What is left of a terminal's program. */
export interface Closed {
  readonly code: number
  /** All that was ever shown, escape sequences included. */
  readonly shown: string
  /** Whether the terminal's settings are again what they were. */
  readonly restored: boolean
}

/** Keys that are no characters. */
export const key = {
  up: "\x1b[A",
  down: "\x1b[B",
  enter: "\r",
  escape: "\x1b",
  end: "\x1b[F",
  pageDown: "\x1b[6~",
  control: (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f)
} as const

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** Opens a terminal with a program in it. */
export const open = (
  words: ReadonlyArray<string>,
  { cwd, env = {} }: Place,
  { columns, rows }: { readonly columns: number; readonly rows: number } = { columns: 80, rows: 24 }
): Effect.Effect<Terminal, never, Scope.Scope> =>
  Effect.gen(function* () {
    const name = join(yield* temporaryFolder, "tty")
    const command = [
      `tty > ${quote(name)}`,
      `stty cols ${columns} rows ${rows}`,
      // Ctrl-C reaches the shell, too, which is to tell how the program ended.
      "trap : INT",
      "before=$(stty -g)",
      words.map(quote).join(" "),
      "code=$?",
      "after=$(stty -g)",
      'printf "<%s %s>" "$code" "$([ "$before" = "$after" ] && echo restored)"'
    ].join("; ")
    const running = yield* start("script", ["-qec", command, "/dev/null"], {
      cwd,
      env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...env }
    })
    return {
      type: running.write,
      shows: (what) =>
        Effect.map(running.says("stdout", what), ({ input, index, 0: found }) =>
          input.slice(0, index + found.length)
        ),
      setColumns: (columns) => {
        const device = readFileSync(name, "utf8").trim()
        execFileSync("stty", ["cols", String(columns), "-F", device])
      },
      ended: Effect.gen(function* () {
        // A pipe's end does not end `script`'s terminal: the program has to.
        const { stdout } = yield* running.ended
        const [, shown = stdout, code = "-1", restored = ""] =
          /^(.*)<(\d+) (\w*)>$/s.exec(stdout) ?? []
        return { code: Number(code), shown, restored: restored === "restored" }
      })
    }
  })
