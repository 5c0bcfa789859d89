/** Runs `app serve`: reads what the flags name, prints the address, and serves until SIGINT or SIGTERM. What it serves with: Layers. */
import { Deferred, Effect, Option } from "effect"
import packageJson from "../../../package.json" with { type: "json" }
import { httpProtocol } from "../../codec/http/Http.ts"
import { formatAddress } from "../../domain/Address.ts"
import { makeProxies } from "../../net/proxy/TrustedProxies.ts"
import { announcing } from "./announcement/Announcement.ts"
import * as Certificates from "./reload/Certificates.ts"
import { capConnections } from "./process/DescriptorLimit.ts"
import { onlyWith } from "../CertificateFiles.ts"
import * as CurrentFolder from "./process/CurrentFolder.ts"
import { exitCode, Failure } from "../Failure.ts"
import { findChanges } from "./FindChanges.ts"
import { logFields } from "../flags/Descriptor.ts"
import * as Log from "./Log.ts"
import { limitSemiSpace } from "./process/Heap.ts"
import { httpOptions } from "./flags/HttpOptions.ts"
import { serving } from "./Layers.ts"
import type { Messages } from "../Messages.ts"
import { follow as followPasswords } from "./reload/Passwords.ts"
import { type ServeFlags, serveFlags } from "./ServeFlags.ts"
import { exitSoon, exitOnSecondSignal, ignoreHangup, stopSignal } from "../Signals.ts"
import { bucketOf, findShared, type Shared } from "./Shared.ts"
import { Worker } from "./workers/Worker.ts"
import { inWorkers } from "./workers/Workers.ts"

/** The most memory of requests and replies over all connections, in bytes: room for 256 of the largest requests. */
const maxConnectionMemory = 256 * 1024 * 1024

/**
 * Workers share it, but none has less than this: one connection may hold 32 MiB of input that it sent ahead, and half of
 * this part is for others.
 */
const leastConnectionMemory = 64 * 1024 * 1024

/** Whether only programs on this machine can reach the host. */
const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host)

/** The first flag that is given without what it needs; each would be ignored in silence. */
const findMisuse = (flags: ServeFlags) => {
  const { cors, http, httpHost, pickle, s3Endpoint, s3Region, siteFallback, store } = flags
  const needs: ReadonlyArray<
    readonly [needed: string, isThere: boolean, given: { readonly [flag: string]: boolean }]
  > = [
    [
      "--http on",
      http !== "off",
      {
        "--qr": flags.qr,
        "--http-host": httpHost.length > 0,
        "--cors": cors.length > 0,
        "--site": flags.site,
        "--metrics-open": flags.metricsOpen
      }
    ],
    ["--http on", http !== "only", { "--pickle": pickle }],
    ["--site", flags.site, { "--site-fallback": Option.isSome(siteFallback) }],
    [
      "--store",
      Option.isSome(store),
      {
        "--s3-endpoint": Option.isSome(s3Endpoint),
        "--s3-region": Option.isSome(s3Region),
        "--watch-interval": Option.isSome(flags.watchInterval)
      }
    ]
  ]
  for (const [needed, isThere, given] of needs) {
    const [first] = Object.entries(given).find(([, isGiven]) => isGiven) ?? []
    if (!isThere && first !== undefined) return { given: first, needed }
  }
  return undefined
}

/**
 * Fails where flags do not go together, or the server would be open to others without a password. `--watch-interval` is for
 * a bucket only: a folder is watched without it, and how often it is polled where the system does not tell of changes is
 * decided by what that costs (services/files/directory/watch/Sweep).
 */
const checkFlags = (flags: ServeFlags, isProtected: boolean, messages: Messages) => {
  const wrong = findMisuse(flags)
  if (wrong !== undefined) return onlyWith(wrong.given, wrong.needed, messages)
  return isProtected || flags.open || isLoopback(flags.host)
    ? Effect.void
    : new Failure({
        code: exitCode.refused,
        sentence: messages.startUp.unprotected(formatAddress(flags))
      })
}

/** What the flags say of what is served, and how. */
const optionsOf = (flags: ServeFlags, { dir }: Shared) => {
  const { grace, hidden, host, index, pickle } = flags
  const bucket = bucketOf(flags)
  return {
    dir,
    bucket: bucket && { ...bucket, fresh: flags.cacheFresh },
    cache: Option.getOrUndefined(flags.cache),
    transferMemory: Option.getOrUndefined(flags.transferMemory),
    grace,
    hidden,
    index,
    links: !flags.noLinks,
    host,
    http: httpOptions(flags),
    pickle,
    proxies: Option.getOrUndefined(
      Option.map(flags.proxyProtocol, (networks) => makeProxies({ networks }))
    ),
    maxRate: Option.getOrUndefined(flags.maxRate)
  }
}

/** The fields of the event `server.started`. No password is a flag, so none can be among them. */
const startFields = (flags: ServeFlags, { dir }: Shared) =>
  logFields(serveFlags, {
    ...flags,
    dir: Option.isNone(flags.store) ? Option.some(dir) : flags.dir
  })

/** Serves as the flags say, until SIGINT or SIGTERM. Fails with a sentence where it cannot start. */
const serveUntilToldToStop = Effect.fn("serve")(
  function* (flags: ServeFlags, shared: Shared, messages: Messages) {
    const { connections, idle, perAddress, request, stall } = flags
    // Device names, streams and short names would need rules of their own there.
    if (process.platform === "win32") {
      return yield* new Failure({
        code: exitCode.refused,
        sentence: messages.startUp.notOnWindows
      })
    }
    yield* ignoreHangup
    if (Option.isNone(flags.store)) yield* limitSemiSpace
    const { announce, changes, isAlone, port, share, stopRequested } = yield* Worker
    // A FIFO, as of <(command), gives its bytes once, and a worker that is started later would wait for them for ever.
    const passwords = yield* followPasswords(flags.passwordFile, isAlone, messages)
    const tls = yield* Certificates.follow(
      { cert: flags.tlsCert, key: flags.tlsKey, ca: flags.tlsClientCa },
      { protocols: flags.http === "off" ? [] : [httpProtocol], waits: isAlone },
      messages
    )
    const isProtected = passwords().length > 0 || Option.isSome(flags.tlsClientCa)
    yield* checkFlags(flags, isProtected, messages)
    const scope = yield* Effect.scope
    const stop = yield* Deferred.make<void>()
    const awaitStop = Deferred.into(Effect.raceFirst(stopSignal, stopRequested), stop)
    const allowed = yield* capConnections(share(connections))
    return yield* serving(
      {
        ...optionsOf(flags, shared),
        changes,
        passwords,
        port,
        tls,
        maxTotalRate: Option.getOrUndefined(Option.map(flags.maxTotalRate, share)),
        limits: {
          ...allowed,
          memory: Math.max(leastConnectionMemory, share(maxConnectionMemory)),
          idle,
          perAddress,
          request,
          stall
        }
      },
      messages,
      ({ address, announceStop }) =>
        Effect.logInfo("server.started").pipe(
          Effect.annotateLogs({
            version: packageJson.version,
            address: formatAddress(address),
            ...startFields(flags, shared),
            connections: allowed.connections,
            password_required: passwords().length > 0
          }),
          Effect.andThen(CurrentFolder.leave),
          Effect.andThen(Deferred.await(stop)),
          Effect.andThen(exitOnSecondSignal),
          Effect.andThen(announceStop),
          Effect.andThen(Effect.sleep(flags.drainDelay))
        ),
      // Who reads the announcement may send a signal at once, which must not end the process as it does by default.
      (address) =>
        Effect.andThen(
          Effect.forkIn(awaitStop, scope, { startImmediately: true }),
          announce(address)
        )
    )
  },
  Effect.scoped,
  (serve, flags, shared, messages) => {
    const { dir, name } = shared
    return inWorkers(serve, {
      changes: findChanges(flags, shared),
      changesCapacity: flags.changes,
      workers: flags.workers,
      port: flags.port,
      // A worker that is started later shares the folder that was found now, or none: not what is found then.
      environment: dir === "" ? {} : { APP_DIR: dir },
      announce: announcing(
        {
          name,
          http: flags.http,
          httpHosts: flags.httpHost,
          certificate: Option.getOrUndefined(flags.tlsCert),
          asksForCertificate: Option.isSome(flags.tlsClientCa),
          passwordFile: Option.getOrUndefined(flags.passwordFile),
          qr: flags.qr
        },
        messages
      )
    })
  },
  Effect.ensuring(exitSoon),
  (effect, { logFormat, logLevel }) => Effect.provide(effect, Log.layer(logFormat, logLevel))
)

/** Serves the folder, or what the flags say. Fails with a usage error where both name something to share. */
export const runServer = (flags: ServeFlags, folder: Option.Option<string>, messages: Messages) =>
  Effect.flatMap(findShared(flags, folder, messages), (shared) =>
    Effect.andThen(
      CurrentFolder.leaveIfGone(shared.dir),
      serveUntilToldToStop(flags, shared, messages)
    )
  )
