/** Programs of the machine, for tests that talk with the real thing. */
import { Data, Effect, type Scope } from "effect"
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process"

/** Whether a program can be started; a test that needs it is skipped, and says so, where it cannot. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined

/** What a program left behind. */
export interface Finished {
  readonly stdout: string
  readonly stderr: string
  /** `null` if a signal ended it. */
  readonly code: number | null
}

/** The program ended before it wrote what was waited for. */
export class EndedEarly extends Data.TaggedError("EndedEarly")<Finished> {}

/** A program that runs. */
export interface Running {
  readonly write: (text: string) => Effect.Effect<void>
  readonly end: Effect.Effect<void>
  /** Waits until the program has written this, after whatever was waited for before. */
  readonly waitFor: (text: string) => Effect.Effect<string, EndedEarly>
  readonly finished: Effect.Effect<Finished>
}

/** Starts a program, which is killed if it still runs when the scope closes. */
export const start = (
  program: string,
  parameters: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child: ChildProcessWithoutNullStreams = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(program, parameters, { env: { ...process.env, ...environment } })),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    let stdout = ""
    let stderr = ""
    let seen = 0
    let code: number | null | undefined
    let look: (() => void) | undefined
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      look?.()
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.stdin.on("error", () => undefined)
    child.on("close", (exitCode) => {
      code = exitCode
      look?.()
    })
    const until = (ready: () => boolean) =>
      Effect.callback<void>((resume) => {
        look = () => {
          if (ready() || code !== undefined) resume(Effect.void)
        }
        look()
      })
    const finished = Effect.map(
      until(() => false),
      (): Finished => ({ stdout, stderr, code: code ?? null })
    )
    return {
      write: (text) => Effect.sync(() => void child.stdin.write(text)),
      end: Effect.sync(() => void child.stdin.end()),
      waitFor: (text) =>
        Effect.flatMap(
          until(() => stdout.includes(text, seen)),
          () => {
            const found = stdout.indexOf(text, seen)
            if (found === -1)
              return Effect.flatMap(finished, (finished) => new EndedEarly(finished))
            const written = stdout.slice(seen, found + text.length)
            seen = found + text.length
            return Effect.succeed(written)
          }
        ),
      finished
    }
  })

/** Runs a program to its end, with this on its standard input. */
export const run = (
  program: string,
  parameters: ReadonlyArray<string>,
  input = ""
): Effect.Effect<Finished> =>
  Effect.scoped(
    Effect.gen(function* () {
      const running = yield* start(program, parameters)
      yield* running.write(input)
      yield* running.end
      return yield* running.finished
    })
  )
