/**
 * A plain HTTP proxy in front of a gateway: counts what is asked, and adds headers that the gateway does not know.
 * Requests are passed on as they are signed, `Host` included.
 */
import { Effect, type Scope } from "effect"
import { once } from "node:events"
import { createServer, request, type OutgoingHttpHeaders } from "node:http"
import type { AddressInfo, Socket } from "node:net"

/** One request, and how it was answered. */
export interface Passed {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly range: string | undefined
  readonly status: number
}

/** The proxy. */
export interface S3Proxy {
  readonly url: string
  readonly passed: ReadonlyArray<Passed>
  /** Headers added to the answers of `method`. */
  readonly add: (method: string, headers: OutgoingHttpHeaders) => void
  /** Holds bodies back once so many of their bytes are through; never, unless it is told. */
  readonly holdAfter: (bytes: number) => void
  /** Answers nothing any more. */
  readonly fallSilent: () => void
  /** Waits until so many answers, or more, are neither complete nor given up. */
  readonly busyWith: (count: number) => Effect.Effect<void>
  /** Waits until none is; not for long, for what is silent is given up after four seconds anyway. */
  readonly quiet: Effect.Effect<void>
}

/** A proxy in front of the gateway, until the scope closes. */
export const s3Proxy = (gateway: string): Effect.Effect<S3Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const passed: Array<Passed> = []
    const added = new Map<string, OutgoingHttpHeaders>()
    const sockets = new Set<Socket>()
    const watchers = new Set<() => void>()
    const { hostname, port } = new URL(gateway)
    let limit = Number.POSITIVE_INFINITY
    let underWay = 0
    let isSilent = false
    const change = (by: 1 | -1): void => {
      underWay += by
      for (const watcher of watchers) watcher()
    }
    const until = (holds: () => boolean) =>
      Effect.callback<void>((resume) => {
        const look = () => {
          if (!holds()) return
          watchers.delete(look)
          resume(Effect.void)
        }
        watchers.add(look)
        look()
      })
    const server = createServer((incoming, outgoing) => {
      const { headers, method = "", url: path = "" } = incoming
      change(1)
      outgoing.on("close", () => change(-1))
      const onward = request({ hostname, port, method, path, headers }, (answer) => {
        if (isSilent) return
        const status = answer.statusCode ?? 0
        passed.push({ method, path, range: headers.range, status })
        outgoing.writeHead(status, { ...answer.headers, ...added.get(method) })
        let through = 0
        answer.on("data", (chunk: Buffer) => {
          through += chunk.length
          outgoing.write(chunk)
          if (through >= limit) answer.pause()
        })
        answer.on("end", () => outgoing.end())
      })
      onward.on("error", () => outgoing.destroy())
      outgoing.on("close", () => onward.destroy())
      incoming.pipe(onward)
    })
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
      () =>
        Effect.promise(async () => {
          const closed = once(server, "close")
          server.close()
          for (const socket of sockets) socket.destroy()
          await closed
        })
    )
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      passed,
      add: (method, headers) => void added.set(method, headers),
      holdAfter: (bytes) => {
        limit = bytes
      },
      fallSilent: () => {
        isSilent = true
      },
      busyWith: (count) => until(() => underWay >= count),
      quiet: Effect.orDie(
        Effect.timeout(
          until(() => underWay === 0),
          "2 seconds"
        )
      )
    }
  })
