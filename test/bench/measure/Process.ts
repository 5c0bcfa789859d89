/** Processes that are measured from outside: how long they take, what memory they hold, whether they answer. Linux's /proc. */
import { Duration, Effect, Schedule, type Scope } from "effect"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import type { Address } from "../../../src/domain/Address.ts"
import { type EndedEarly, start, type Running } from "../../support/programs/App.ts"
import { freePort } from "../../support/programs/FreePort.ts"
import { memoryOf } from "../../support/programs/Processes.ts"
import { Trouble } from "../Row.ts"

/** Descriptors that one process may have. Node raises its own limit to this, and its children inherit that. */
export const descriptors: Effect.Effect<number> = Effect.sync(() => {
  const limits = readFileSync("/proc/self/limits", "utf8")
  return Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1])
})

/** The memory that a process holds now, in bytes. */
export const residentMemory = (pid: number): Effect.Effect<number> =>
  Effect.sync(() => memoryOf(pid))

/** The most memory that it ever held, in bytes. */
export const peakMemory = (pid: number): Effect.Effect<number> =>
  Effect.sync(() => memoryOf(pid, "VmHWM"))

/** What an effect takes, in milliseconds. */
export const elapsed = <E, R>(effect: Effect.Effect<unknown, E, R>): Effect.Effect<number, E, R> =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toMillis(duration))

/** Flags and their values, as words. */
export const flags = (values: Readonly<Record<string, string | number>>): ReadonlyArray<string> =>
  Object.entries(values).flatMap(([flag, value]) => [flag, String(value)])

/** Where and how a program runs to its end. */
export interface Errand {
  readonly program: string
  readonly words: ReadonlyArray<string>
  readonly cwd: string
}

/** Runs a program, its output thrown away, and says how long it took from outside, in milliseconds. */
export const wall = ({ cwd, program, words }: Errand): Effect.Effect<number, Trouble> =>
  elapsed(
    Effect.callback<void, Trouble>((resume) => {
      const child = spawn(program, words, { cwd, stdio: "ignore" })
      child.once("error", ({ message }) => resume(new Trouble({ message })))
      child.once("exit", (code) =>
        resume(
          code === 0
            ? Effect.void
            : new Trouble({ message: `${program} ${words.join(" ")} exited with ${code}` })
        )
      )
      return Effect.sync(() => child.kill("SIGKILL"))
    })
  )

/** What a program that ended too early had to say. */
export const early =
  (program: string) =>
  ({ code, stderr, stdout }: EndedEarly): Trouble =>
    new Trouble({ message: `${program} ended with ${code}: ${(stderr || stdout).trim()}` })

/** Runs a program to its end for what it prints. */
export const output = (
  program: string,
  words: ReadonlyArray<string>,
  cwd: string
): Effect.Effect<string, Trouble> =>
  Effect.scoped(
    Effect.gen(function* () {
      const running = yield* start(program, words, { cwd })
      yield* running.end
      const { code, stderr, stdout } = yield* running.ended
      if (code === 0) return stdout
      return yield* new Trouble({ message: `${program} exited with ${code}: ${stderr}` })
    })
  )

/** What a server is asked to see whether it answers, and whether over TLS. */
export interface Question {
  readonly text: string
  readonly tls?: boolean
}

/** One attempt to send this and have anything back. */
const answersOnce = (
  { host, port }: Address,
  { text, tls = false }: Question
): Effect.Effect<void, Trouble> =>
  Effect.callback((resume) => {
    const socket = tls
      ? connectTls({ host, port, rejectUnauthorized: false })
      : connect({ host, port, noDelay: true })
    socket
      .once("error", ({ message }) => resume(new Trouble({ message })))
      .once("close", () => resume(new Trouble({ message: `${host}:${port} hung up` })))
      .once("data", () => {
        resume(Effect.void)
        socket.destroy()
      })
    socket.write(text)
    return Effect.sync(() => socket.destroy())
  })

/** Waits until a server answers; it says so itself to nobody, so it is asked each millisecond, for 10 s. */
export const answers = (address: Address, question: Question): Effect.Effect<void, Trouble> =>
  Effect.retry(answersOnce(address, question), {
    schedule: Schedule.spaced(Duration.millis(1)),
    times: 10_000
  })

/** A server in a process of its own. */
export interface Peer {
  readonly address: Address
  readonly pid: number
}

/** Starts a server that is told its port, once it answers this. */
export const startServer = (
  program: string,
  words: (port: number) => ReadonlyArray<string>,
  cwd: string,
  question: Question
): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort()
    const running: Running = yield* start(program, words(port), { cwd })
    const address = { host: "127.0.0.1", port }
    const died = Effect.flatMap(
      running.ended,
      ({ stderr, stdout }) => new Trouble({ message: `${program} ended: ${stderr || stdout}` })
    )
    yield* Effect.raceFirst(answers(address, question), died)
    return { address, pid: running.pid }
  })
