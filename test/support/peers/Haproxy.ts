/** A real HAProxy in front of a server, for what it says for whom it connects and how it asks after the server's health. */
import { Effect, Schedule, type Scope } from "effect"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../../src/domain/Address.ts"
import { connect } from "./RawSocket.ts"
import { start } from "../programs/Programs.ts"
import { freePort } from "../programs/FreePort.ts"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"

/** Debian keeps it where only root looks. */
const program = ["haproxy", "/usr/sbin/haproxy"].find(
  (name) => spawnSync(name, ["-v"], { stdio: "ignore" }).error === undefined
)

/** A test that needs it is skipped, and says so, where it is not installed. */
export const hasHaproxy = program !== undefined

/** HAProxy listens at no free port of its own choice; one that was taken meanwhile makes it end, and another is tried. */
const attempt = Effect.fnUntraced(function* (host: string, server: Address, words: string) {
  const folder = yield* temporaryFolder
  const address = { host, port: yield* freePort(host) }
  const file = join(folder, "haproxy.cfg")
  writeFileSync(
    file,
    `global
  stats socket ${join(folder, "admin")}
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend front
  bind ${host}:${address.port}
  default_backend back
backend back
  option tcp-check
  tcp-check send PING\\r\\n
  tcp-check expect string +PONG
  server server ${server.host}:${server.port} ${words}
`
  )
  const running = yield* start(program ?? "haproxy", ["-db", "-f", file])
  const listening = Effect.scoped(connect(address)).pipe(
    Effect.retry(Schedule.spaced("20 millis")),
    Effect.as(true)
  )
  const isListening = yield* Effect.raceFirst(listening, Effect.as(running.finished, false))
  return isListening ? { address, admin: join(folder, "admin") } : yield* Effect.fail("taken")
})

/** A running HAProxy. */
export interface Haproxy {
  readonly address: Address
  /** Where it answers questions about itself. */
  readonly admin: string
}

/** Starts it in front of a server; `words` are those of HAProxy's `server` line, such as `send-proxy-v2`. */
export const inFrontOf = (
  server: Address,
  words: string,
  host = "127.0.0.1"
): Effect.Effect<Haproxy, never, Scope.Scope> =>
  Effect.orDie(Effect.retry(attempt(host, server, words), { times: 5 }))
