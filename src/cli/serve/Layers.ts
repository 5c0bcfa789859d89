/** The layers of a server, and what it serves with: the stores, the services, the face of HTTP. From the flags: RunServer. */
import { type Duration, Effect, Layer } from "effect"
import packageJson from "../../../package.json" with { type: "json" }
import type { Address } from "../../domain/Address.ts"
import { makeHttpFace, type Options as HttpOptions } from "../../http/HttpFace.ts"
import type { Tls } from "../../net/TlsHandshake.ts"
import type { TrustedProxies } from "../../net/proxy/TrustedProxies.ts"
import { Router } from "../../Router.ts"
import type { Limits } from "../../server/Acceptor.ts"
import { Server } from "../../server/Server.ts"
import { Clock } from "../../services/Clock.ts"
import { DigestCache } from "../../services/files/DigestCache.ts"
import * as DirectoryFileStore from "../../services/files/directory/DirectoryFileStore.ts"
import { countFollowers, FileChanges } from "../../services/files/FileChanges.ts"
import * as S3FileStore from "../../services/files/s3/S3FileStore.ts"
import { Info } from "../../services/Info.ts"
import { Stats } from "../../telemetry/Stats.ts"
import type { Messages } from "../Messages.ts"
import type { Passwords } from "../PasswordFile.ts"
import type { FindChanges } from "./FindChanges.ts"
import { startUpFailure } from "./StartUpFailure.ts"
import type { Announce } from "./workers/Worker.ts"

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
