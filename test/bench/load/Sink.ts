/** A neutral sink for streams of bytes, the same for every server: a process of its own that reads and throws away. */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { start } from "../../support/programs/App.ts"
import { early, type Peer } from "../measure/Process.ts"
import { weigh } from "../measure/Processor.ts"
import { type Sample, Trouble } from "../Row.ts"

const program = fileURLToPath(new URL("sink-process.ts", import.meta.url))

/** What came, in bytes, and how long that took, in milliseconds. */
export interface Drained {
  readonly bytes: number
  readonly milliseconds: number
}

/** Bytes a second. */
export const rate = ({ bytes, milliseconds }: Drained): number => (bytes / milliseconds) * 1000

/** A sink before one server. */
export interface Sink {
  /** Opens so many connections, asks on each, and reads all until the server hangs up. */
  readonly drain: (connections: number) => Effect.Effect<Drained, Trouble>
  /** As `drain`: the figure that is made of it, and what one connection takes of the server's processors. */
  readonly weighed: (
    connections: number,
    figure: (drained: Drained) => number
  ) => Effect.Effect<Sample, Trouble>
  /** Has a drain begin, and returns when its first bytes have come; the rest comes meanwhile. */
  readonly begin: (connections: number) => Effect.Effect<void, Trouble>
  /** Waits for the end of what was begun. */
  readonly end: Effect.Effect<Drained, Trouble>
}

/** What is asked, and how many bytes its answer has at least. */
export interface Question {
  /** Said as it is, so that the server hangs up after its answer; or the name of a file, for a dialogue in FTP. */
  readonly protocol: "plain" | "ftp"
  readonly text: string
  readonly size: number
}

/** A sink for the answers to one question. */
export const sink = (
  peer: Peer,
  { protocol, size, text }: Question
): Effect.Effect<Sink, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { host, port } = peer.address
    const running = yield* start(process.execPath, [program, host, String(port), protocol, text], {
      cwd: "/"
    })
    let asked = 0
    const begin = (connections: number) =>
      Effect.suspend(() => {
        asked = connections
        return running.write(`${connections}\n`)
      }).pipe(
        Effect.andThen(running.says("stdout", /^begun\n/m)),
        Effect.mapError(early("the sink")),
        Effect.asVoid
      )
    const end = running.says("stdout", /^done (\S+) (\d+)\n/m).pipe(
      Effect.mapError(early("the sink")),
      Effect.flatMap(([, milliseconds, bytes]) =>
        Number(bytes) < asked * size
          ? Effect.fail(new Trouble({ message: `${bytes} bytes came, not ${asked * size}` }))
          : Effect.succeed({ bytes: Number(bytes), milliseconds: Number(milliseconds) })
      )
    )
    const drain = (connections: number) => Effect.andThen(begin(connections), end)
    return {
      begin,
      end,
      drain,
      weighed: (connections, figure) =>
        weigh(
          peer,
          Effect.map(drain(connections), (drained) => ({
            figure: figure(drained),
            amount: connections
          })),
          running.pid
        )
    }
  })

/** A file over HTTP, whose 1.0 hangs up after it. */
export const overHttp = (name: string, size: number): Question => ({
  protocol: "plain",
  text: `GET /${name} HTTP/1.0\r\n\r\n`,
  size
})

/** A file over RESP. */
export const overResp = (name: string, size: number): Question => ({
  protocol: "plain",
  text: `GET ${name}\r\nQUIT\r\n`,
  size
})

/** A file over FTP. */
export const overFtp = (name: string, size: number): Question => ({
  protocol: "ftp",
  text: name,
  size
})
