/** HAProxy as deploy/haproxy.cfg has it, in front of servers of this machine. */
import { Effect, Schedule, type Scope } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import type { Address } from "../../../src/domain/Address.ts"
import { freePort } from "../programs/FreePort.ts"
import { type EndedEarly, root, type Running, start } from "../programs/App.ts"

/** The balancer. */
export interface Balancer {
  readonly address: Address
  /** Waits until it has said this in its log, after what was waited for before. */
  readonly says: (what: RegExp) => Effect.Effect<RegExpExecArray, EndedEarly>
  /** What it makes of the n-th server, counted from 1: its state, and the outcome of the last check. */
  readonly state: (
    server: number
  ) => Effect.Effect<{ readonly status: string; readonly check: string }>
}

const ask = (socket: string, command: string): Effect.Effect<string, Error> =>
  Effect.callback<string, Error>((resume) => {
    let text = ""
    connect(socket)
      .on("error", (error) => resume(Effect.fail(error)))
      .setEncoding("utf8")
      .on("data", (piece) => void (text += String(piece)))
      .on("close", () => resume(Effect.succeed(text)))
      .end(`${command}\n`)
  })

/** Starts it in front of three servers, with its files in this folder. */
export const balance = Effect.fnUntraced(function* (
  folder: string,
  servers: ReadonlyArray<number>
): Effect.fn.Return<Balancer, never, Scope.Scope> {
  const port = yield* freePort()
  const socket = join(folder, "admin.sock")
  const file = join(folder, "haproxy.cfg")
  const fillIn = (text: string, [found, instead]: readonly [string, string]): string => {
    if (!text.includes(found)) throw new Error(`${found} is not in deploy/haproxy.cfg`)
    return text.replaceAll(found, instead)
  }
  const filledIn = [
    ["/run/haproxy/admin.sock", socket] as const,
    ["0.0.0.0:65432", `127.0.0.1:${port}`] as const,
    ...servers.map((server, index) => [`10.0.0.${index + 1}:65432`, `127.0.0.1:${server}`] as const)
  ].reduce(fillIn, readFileSync(join(root, "deploy", "haproxy.cfg"), "utf8"))
  writeFileSync(file, filledIn)
  const running: Running = yield* start("haproxy", ["-db", "-f", file], { cwd: folder })
  // It says nothing when it has started, but takes orders then.
  yield* Effect.raceFirst(
    Effect.retryOrElse(ask(socket, "show info"), Schedule.spaced("20 millis"), Effect.die),
    Effect.flatMap(running.ended, ({ stderr }) => Effect.die(new Error(stderr)))
  )
  return {
    address: { host: "127.0.0.1", port },
    says: (what) => running.says("stdout", what),
    state: (server) =>
      Effect.map(Effect.orDie(ask(socket, "show stat")), (text) => {
        const [head = "", ...lines] = text.split("\n")
        const keys = head.replace("# ", "").split(",")
        const fields = lines
          .map((line) => line.split(","))
          .find(([backend, name]) => backend === "replicas" && name === `replica${server}`)
        const field = (key: string) => fields?.[keys.indexOf(key)] ?? ""
        return { status: field("status"), check: field("check_status") }
      })
  }
})
