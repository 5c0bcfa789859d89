/** A terminal's screen with a program in it, as tmux shows it: what is seen, and not what was written to get there. */
import { Effect, Schedule, type Scope } from "effect"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"
import { isInstalled } from "./Programs.ts"

/** Whether there is tmux here. */
export const hasTmux: boolean = isInstalled("tmux")

/** The size of a terminal, in characters. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** A screen. */
export interface Screen {
  /** Its lines, without the spaces at their ends and without the empty lines below the last. */
  readonly lines: () => ReadonlyArray<string>
  /** Waits until a line matches; all lines then. */
  readonly shows: (what: RegExp) => Effect.Effect<ReadonlyArray<string>>
  /** Presses keys, by tmux's names (tmux(1), KEY BINDINGS). */
  readonly press: (...keys: ReadonlyArray<string>) => void
  readonly resize: (size: Size) => void
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** Opens a terminal with a program in it. It stays when the program ends, until the scope closes. */
export const open = (
  words: ReadonlyArray<string>,
  cwd: string,
  { columns, rows }: Size
): Effect.Effect<Screen, never, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = join(yield* temporaryFolder, "tmux")
    const tmux = (...args: ReadonlyArray<string>): string =>
      execFileSync("tmux", ["-S", socket, "-f", "/dev/null", "-u", ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"]
      })
    const command = `${words.map(quote).join(" ")}; exec sleep 600`
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const size = ["-x", String(columns), "-y", String(rows)]
        tmux("new-session", "-d", ...size, "-c", cwd, "sh", "-c", command)
      }),
      () => Effect.sync(() => tmux("kill-server"))
    )
    const lines = () => tmux("capture-pane", "-p").trimEnd().split("\n")
    return {
      lines,
      shows: (what) =>
        Effect.repeat(Effect.sync(lines), {
          until: (shown) => shown.some((line) => what.test(line)),
          schedule: Schedule.spaced("50 millis")
        }).pipe(Effect.map(() => lines())),
      press: (...keys) => void tmux("send-keys", ...keys),
      resize: (size) =>
        void tmux("resize-window", "-x", String(size.columns), "-y", String(size.rows))
    }
  })
