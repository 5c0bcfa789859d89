/**
 * The program as people run it: a process of its own, from the bundle that `npm run build` makes, in a folder and an
 * environment of its own. Every wait is for an event of the process; none is for time.
 */
import { Context, Data, Effect, Layer, type Scope } from "effect"
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import * as bundle from "../setup/bundle.ts"

/** The top of the project. */
export const root = fileURLToPath(new URL("../../..", import.meta.url))

/** How a process ended, and all that it said. */
export interface Ended {
  /** `null` if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output, exact. */
  readonly bytes: Buffer
}

/** The process ended before it said what was waited for. */
export class EndedEarly extends Data.TaggedError("EndedEarly")<Ended> {}

/** Where and how to run. */
export interface Place {
  readonly cwd: string
  /** Nothing of the test's own environment but what is needed to start at all, and this. */
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs the program in its own place, as a limit on its memory does; none unless given. */
  readonly within?: ReadonlyArray<string>
}

/** A process that runs. */
export interface Running {
  readonly pid: number
  readonly write: (text: string | Uint8Array) => Effect.Effect<void>
  /** Ends its standard input. */
  readonly end: Effect.Effect<void>
  /** Waits until this stands on one of its outputs, after what was waited for before; everything up to its end. */
  readonly says: (
    output: "stdout" | "stderr",
    what: RegExp
  ) => Effect.Effect<RegExpExecArray, EndedEarly>
  /** Has nobody read one of its outputs any more, so that writing there fails. */
  readonly deafen: (output: "stdout" | "stderr") => Effect.Effect<void>
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
}

/** One output of a process. */
class Output {
  #pieces: Array<Buffer> = []
  #seen = 0
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
  get text(): string {
    return this.bytes.toString("utf8")
  }
  add(piece: Buffer): void {
    this.#pieces.push(piece)
  }
  find(what: RegExp): RegExpExecArray | undefined {
    const found = what.exec(this.text.slice(this.#seen))
    return found ?? undefined
  }
  skip({ 0: found, index }: RegExpExecArray): void {
    this.#seen += index + found.length
  }
}

/** Starts a program; it is killed if it still runs when the scope closes, and gone when that is done. */
export const start = (
  program: string,
  words: ReadonlyArray<string>,
  { cwd, env = {} }: Place
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const outputs = { stdout: new Output(), stderr: new Output() }
    const watchers = new Set<() => void>()
    let over: Pick<Ended, "code" | "signal"> | undefined
    const look = (): void => {
      for (const watcher of watchers) watcher()
    }
    const until = (ready: () => boolean): Effect.Effect<void> =>
      Effect.callback<void>((resume) => {
        const watcher = (): void => {
          if (!ready() && over === undefined) return
          watchers.delete(watcher)
          resume(Effect.void)
        }
        watchers.add(watcher)
        watcher()
        return Effect.sync(() => watchers.delete(watcher))
      })
    const ended = Effect.map(
      until(() => false),
      (): Ended => ({
        code: over?.code ?? null,
        signal: over?.signal ?? null,
        stdout: outputs.stdout.text,
        stderr: outputs.stderr.text,
        bytes: outputs.stdout.bytes
      })
    )
    const child: ChildProcessByStdio<Writable, Readable, Readable> = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(program, words, {
          cwd,
          env: {
            PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
            HOME: cwd,
            ...env
          },
          stdio: ["pipe", "pipe", "pipe"]
        })
      ),
      (child) =>
        Effect.andThen(
          Effect.sync(() => child.kill("SIGKILL")),
          ended
        )
    )
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (piece: Buffer) => {
        outputs[name].add(piece)
        look()
      })
    }
    // A program may end without reading all of its input.
    child.stdin.on("error", () => undefined)
    child.on("error", () => {
      over ??= { code: null, signal: null }
      look()
    })
    child.on("close", (code, signal) => {
      over = { code, signal }
      look()
    })
    return {
      pid: child.pid ?? -1,
      write: (text) => Effect.sync(() => void child.stdin.write(text)),
      end: Effect.sync(() => void child.stdin.end()),
      says: (name, what) =>
        Effect.flatMap(
          until(() => outputs[name].find(what) !== undefined),
          () => {
            const found = outputs[name].find(what)
            if (found === undefined)
              return Effect.flatMap(ended, (ended) => Effect.fail(new EndedEarly(ended)))
            outputs[name].skip(found)
            return Effect.succeed(found)
          }
        ),
      deafen: (name) => Effect.sync(() => void child[name].destroy()),
      kill: (signal) => Effect.sync(() => void child.kill(signal)),
      ended
    }
  })

/** A server in a process of its own. */
export interface Serving {
  readonly address: Address
  /** The line that said so. */
  readonly announcement: string
  readonly process: Running
}

/** The program. */
export class App extends Context.Service<
  App,
  {
    /** Its file, executable. */
    readonly file: string
    readonly start: (
      words: ReadonlyArray<string>,
      place: Place
    ) => Effect.Effect<Running, never, Scope.Scope>
    /** Runs it to its end with this on its standard input. */
    readonly run: (
      words: ReadonlyArray<string>,
      place: Place,
      input?: string | Uint8Array
    ) => Effect.Effect<Ended>
    /** `app serve` with these options, once it says where it is. */
    readonly serve: (
      words: ReadonlyArray<string>,
      place: Place
    ) => Effect.Effect<Serving, EndedEarly, Scope.Scope>
  }
>()("sockets/test/App") {
  /** The program as the whole run of tests has built it. */
  static readonly layer: Layer.Layer<App> = Layer.effect(
    App,
    Effect.gen(function* () {
      const file = process.env[bundle.variable]
      if (file === undefined) return yield* Effect.die(new Error("there is no bundle"))
      const startApp = (words: ReadonlyArray<string>, place: Place) => {
        const own = [file, ...words]
        const [limiter, ...parameters] = place.within ?? []
        return limiter === undefined
          ? start(process.execPath, own, place)
          : start(limiter, [...parameters, process.execPath, ...own], place)
      }
      return {
        file,
        start: startApp,
        run: (words, place, input = "") =>
          Effect.scoped(
            Effect.gen(function* () {
              const running = yield* startApp(words, place)
              yield* running.write(input)
              yield* running.end
              return yield* running.ended
            })
          ),
        serve: (words, place) =>
          Effect.gen(function* () {
            const process = yield* startApp(["serve", "--port", "0", ...words], place)
            const [announcement, host = "", port = ""] = yield* process.says(
              "stderr",
              /^.* (\S+):(\d+)\. .*\n/m
            )
            return {
              address: { host: host.replaceAll(/[[\]]/g, ""), port: Number(port) },
              announcement,
              process
            }
          })
      }
    })
  )
}

/** One server for all tests of a file, and the folder it shares. */
export class Shared extends Context.Service<
  Shared,
  {
    readonly folder: string
    readonly port: number
    readonly app: App["Service"]
    /** Asks it: `app client --port … ` with these words. */
    readonly client: (
      words: ReadonlyArray<string>,
      place: Place,
      input?: string | Uint8Array
    ) => Effect.Effect<Ended>
  }
>()("sockets/test/Shared") {
  /** Shares the files that `folder` makes. */
  static readonly layer = (
    folder: Effect.Effect<string, never, Scope.Scope>
  ): Layer.Layer<Shared, EndedEarly> =>
    Layer.effect(
      Shared,
      Effect.gen(function* () {
        const app = yield* App
        const shared = yield* folder
        const { address } = yield* app.serve(["--dir", shared], { cwd: shared })
        return {
          folder: shared,
          port: address.port,
          app,
          client: (words, place, input) =>
            app.run(["client", "--port", String(address.port), ...words], place, input)
        }
      })
    ).pipe(Layer.provide(App.layer))
}

/** Makes the program the command `app` of a folder that a shell has in its PATH. */
export const putInPath = ({ file }: App["Service"], folder: string): void => {
  const command = join(folder, "app")
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${file}' "$@"\n`)
  chmodSync(command, 0o755)
}
