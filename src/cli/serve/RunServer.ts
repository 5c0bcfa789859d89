/** Runs `app serve`: builds the layers from the flags, prints the address, and serves until SIGINT or SIGTERM. */
import { Deferred, Duration, Effect, Layer, Option } from "effect"
import packageJson from "../../../package.json" with { type: "json" }
import { Stats } from "../../telemetry/Stats.ts"
import { Router } from "../../Router.ts"
import { type Address, formatAddress } from "../../domain/Address.ts"
import { makeProxies, type TrustedProxies } from "../../net/TrustedProxies.ts"
import type { Limits } from "../../server/Acceptor.ts"
import { makeHttpFace, type Options as HttpOptions } from "../../http/HttpFace.ts"
import { DigestCache } from "../../services/files/DigestCache.ts"
import { httpProtocol } from "../../codec/http/Http.ts"
import { Server } from "../../server/Server.ts"
import type { Tls } from "../../net/TlsHandshake.ts"
import { Clock } from "../../services/Clock.ts"
import * as DirectoryFileStore from "../../services/files/directory/DirectoryFileStore.ts"
import { countFollowers, FileChanges } from "../../services/files/FileChanges.ts"
import * as S3FileStore from "../../services/files/s3/S3FileStore.ts"
import { Info } from "../../services/Info.ts"
import { announcing } from "./announcement/Announcement.ts"
import * as Certificates from "./reload/Certificates.ts"
import { capConnections } from "./DescriptorLimit.ts"
import { onlyWith } from "../CertificateFiles.ts"
import { exitCode, Failure } from "../Failure.ts"
import { type FindChanges, findChanges } from "./FindChanges.ts"
import { logFields } from "../flags/Descriptor.ts"
import * as Log from "./Log.ts"
import { limitSemiSpace } from "./Heap.ts"
import { httpOptions } from "./flags/HttpOptions.ts"
import type { Messages } from "../Messages.ts"
import type { Passwords } from "../PasswordFile.ts"
import { follow as followPasswords } from "./reload/Passwords.ts"
import { type ServeFlags, serveFlags } from "./ServeFlags.ts"
import { exitSoon, exitOnSecondSignal, ignoreHangup, stopSignal } from "../Signals.ts"
import { bucketOf, findShared, type Shared } from "./Shared.ts"
import { startUpFailure } from "./StartUpFailure.ts"
import { type Announce, Worker } from "./workers/Worker.ts"
import { inWorkers } from "./workers/Workers.ts"

/** What to serve, and the address to listen on. */
export interface Options extends Address {
  readonly dir: string
  /** Shared in place of the folder, where it is given. */
  readonly bucket?: Omit<S3FileStore.Options, "cache" | "transferMemory"> | undefined
  readonly hidden: boolean
  /** Whether links inside the folder are followed; they are unless this is `false`. */
  readonly links?: boolean
  /** The memory for small files, in bytes, 0 for none. */
  readonly cache?: number | undefined
  /** How much of a folder's names is held in memory, in bytes, 0 for nothing. */
  readonly index?: number | undefined
  /** Looks for changes of the files; nobody does without it. */
  readonly changes?: FindChanges | undefined
  /** The memory for the buffers of all transfers together, in bytes. */
  readonly transferMemory?: number | undefined
  readonly pickle: boolean
  /** In bytes a second. */
  readonly maxRate?: number | undefined
  readonly maxTotalRate?: number | undefined
  readonly passwords?: () => Passwords
  readonly grace?: Duration.Duration
  readonly limits?: Limits
  /** How HTTP is answered, and whether nothing else is; not at all unless given. */
  readonly http?: (HttpOptions & { readonly only: boolean }) | undefined
  readonly tls?: Tls | undefined
  readonly proxies?: TrustedProxies | undefined
}

/** The default of `--cache` with a bucket, in bytes; each cached file saves a request over the network. */
const s3Cache = 256 * 1024 * 1024

/** The most memory of requests and replies over all connections, in bytes: room for 256 of the largest requests. */
const maxConnectionMemory = 256 * 1024 * 1024

/** Whether only programs on this machine can reach the host. */
const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host)

/** The services and the server over them. */
const layer = ({
  bucket,
  cache,
  changes,
  dir,
  hidden,
  http,
  index,
  links,
  transferMemory,
  ...options
}: Options) =>
  Layer.unwrap(
    Effect.map(http === undefined ? Effect.undefined : makeHttpFace(http), (face) =>
      Server.layer({
        ...options,
        http: face === undefined ? undefined : { face, only: http?.only === true },
        version: packageJson.version
      })
    )
  ).pipe(
    Layer.provide(Router.layer),
    Layer.provide(DigestCache.layer),
    Layer.provide([
      bucket === undefined
        ? DirectoryFileStore.layer({ folder: dir, hidden, links, cache, index, transferMemory })
        : S3FileStore.layer({ ...bucket, transferMemory, cache: cache ?? s3Cache }),
      Clock.layer(),
      Info.layer
    ]),
    Layer.provide(
      changes === undefined
        ? Layer.empty
        : Layer.effect(
            FileChanges,
            Effect.zipWith(changes, Stats, (found, stats) => countFollowers(found, stats))
          )
    ),
    Layer.provide(Stats.layer)
  )

/** Serves while `use` runs, which begins after `announce`. */
export const serving = <A, E, R>(
  options: Options,
  messages: Messages,
  use: (server: Server["Service"]) => Effect.Effect<A, E, R>,
  announce: Announce
) =>
  Effect.gen(function* () {
    const server = yield* Server
    yield* announce(server.address)
    return yield* use(server)
  }).pipe(
    Effect.provide(
      Layer.catch(layer(options), (error) =>
        Layer.effectContext(Effect.fail(startUpFailure(error, messages)))
      )
    )
  )

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
    if (flags.qr && flags.http === "off") return yield* onlyWith("--qr", "--http on", messages)
    if (Option.isSome(flags.siteFallback) && !flags.site) {
      return yield* onlyWith("--site-fallback", "--site", messages)
    }
    const isProtected = passwords().length > 0 || Option.isSome(flags.tlsClientCa)
    if (!isProtected && !flags.open && !isLoopback(flags.host)) {
      return yield* new Failure({
        code: exitCode.refused,
        sentence: messages.startUp.unprotected(formatAddress(flags))
      })
    }
    const scope = yield* Effect.scope
    const stop = yield* Deferred.make<void>()
    const awaitStop = Deferred.into(Effect.raceFirst(stopSignal, stopRequested), stop)
    const { cache, grace, hidden, host, index, pickle } = flags
    const allowed = yield* capConnections(share(connections))
    const { dir } = shared
    const bucket = bucketOf(flags)
    const options: Options = {
      cache: Option.getOrUndefined(cache),
      changes,
      transferMemory: Option.getOrUndefined(flags.transferMemory),
      dir,
      bucket: bucket && { ...bucket, fresh: flags.cacheFresh },
      grace,
      hidden,
      index,
      links: !flags.noLinks,
      host,
      http: httpOptions(flags),
      passwords,
      pickle,
      port,
      tls,
      proxies: Option.getOrUndefined(
        Option.map(flags.proxyProtocol, (networks) => makeProxies({ networks }))
      ),
      maxRate: Option.getOrUndefined(flags.maxRate),
      maxTotalRate: Option.getOrUndefined(Option.map(flags.maxTotalRate, share)),
      limits: {
        ...allowed,
        memory: maxConnectionMemory,
        idle,
        perAddress,
        request,
        stall
      }
    }
    return yield* serving(
      options,
      messages,
      ({ address, announceStop }) =>
        Effect.logInfo("server.started").pipe(
          Effect.annotateLogs({
            version: packageJson.version,
            address: formatAddress(address),
            // No password is a flag, so none can be among these.
            ...logFields(serveFlags, {
              ...flags,
              dir: bucket === undefined ? Option.some(dir) : flags.dir
            }),
            connections: allowed.connections,
            password_required: passwords().length > 0
          }),
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
    serveUntilToldToStop(flags, shared, messages)
  )
