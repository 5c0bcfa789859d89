/** Real Ceph clusters and a real HAProxy in front of their gateways, by test/s3/ceph, for tests over S3. */
import { Effect, type Scope } from "effect"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { root } from "../programs/App.ts"
import { freePort } from "../programs/FreePort.ts"
import { temporaryFolder } from "../stores/TemporaryFolder.ts"

const script = join(root, "test/s3/ceph")

/** Debian's packages, and the programs of theirs that are used. */
const programs = new Map([
  ["ceph-mon", "ceph-mon"],
  ["ceph-osd", "ceph-osd"],
  ["radosgw", "radosgw"],
  ["haproxy", "haproxy"]
])

const path = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", process.env["PATH"]].join(delimiter)

/** The packages that are missing on this machine. */
export const missingPackages: ReadonlyArray<string> = [...programs]
  .filter(
    ([, program]) => !path.split(delimiter).some((folder) => existsSync(join(folder, program)))
  )
  .map(([name]) => name)

/** What every cluster of tests is asked with. */
export const credentials = { accessKeyId: "testkey", secretAccessKey: "testing" }

/** A storage daemon or a gateway. */
export type Daemon = `osd${number}` | `rgw${number}`

/** A cluster. */
export interface Ceph {
  /** The URLs of its gateways, rgw1 first. */
  readonly gateways: ReadonlyArray<string>
  /** Sends a signal to a daemon; waits for its end, unless it is only to stop or to go on. */
  readonly signal: (
    daemon: Daemon,
    signal: "KILL" | "TERM" | "STOP" | "CONT"
  ) => Effect.Effect<void>
  /** Starts a daemon again. */
  readonly up: (daemon: Daemon) => Effect.Effect<void>
}

const run = (...words: ReadonlyArray<string>) =>
  promisify(execFile)(script, words, {
    env: { ...process.env, PATH: [join(root, "node_modules/.bin"), path].join(delimiter) }
  })

/** A new cluster with so many gateways, and how to end it. */
export const startCeph = async (
  store: "memstore" | "bluestore",
  gateways: number
): Promise<Ceph & { readonly stop: () => Promise<unknown> }> => {
  const folder = mkdtempSync(join(tmpdir(), "sockets-ceph-"))
  const stop = () => run("stop", folder)
  await run("start", folder, String(gateways), store).catch(async (cause: unknown) => {
    await stop()
    throw cause
  })
  return {
    gateways: readFileSync(join(folder, "gateways"), "utf8").trim().split("\n"),
    signal: (daemon, signal) => Effect.promise(() => run("down", folder, daemon, signal)),
    up: (daemon) => Effect.promise(() => run("up", folder, daemon)),
    stop
  }
}

/** A cluster of the test's own, until the scope closes. */
export const ceph = (
  store: "memstore" | "bluestore",
  gateways: number
): Effect.Effect<Ceph, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startCeph(store, gateways)),
    ({ stop }) => Effect.promise(stop)
  )

const proxyConfiguration = (port: number, gateways: ReadonlyArray<string>): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 1m
  timeout server 1m
  retries 3
  option redispatch
frontend s3
  bind 127.0.0.1:${port}
  default_backend gateways
backend gateways
  option httpchk GET /swift/healthcheck
  default-server check inter 200ms fastinter 100ms downinter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
${gateways.map((gateway, index) => `  server rgw${index + 1} ${new URL(gateway).host}`).join("\n")}
`

/** HAProxy in front of gateways, until the scope closes; its URL. */
export const haproxy = (
  gateways: ReadonlyArray<string>
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function* () {
    const file = join(yield* temporaryFolder, "haproxy.cfg")
    const port = yield* freePort()
    writeFileSync(file, proxyConfiguration(port, gateways))
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn("haproxy", ["-f", file, "-db", "-q"], { env: { PATH: path }, stdio: "ignore" })
      ),
      (child) =>
        Effect.promise(async () => {
          const ended = once(child, "exit")
          if (child.kill("SIGKILL")) await ended
        })
    )
    const url = `http://127.0.0.1:${port}`
    const answers = Effect.promise(() =>
      fetch(`${url}/swift/healthcheck`).then(
        ({ ok }) => ok,
        () => false
      )
    )
    yield* Effect.repeat(Effect.delay(answers, "20 millis"), { until: (ok) => ok })
    return url
  })
