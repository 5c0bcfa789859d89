/**
 * Amazon's SDK, set up for one endpoint: its requests as effects that end when nobody waits for them any more, so many
 * at once and each sent once. Which requests there are is S3Client's affair; here only who answers is looked at.
 */
import { Duration, Effect, Redacted, Result, Semaphore } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { Readable } from "node:stream"
import { setFlagsFromString } from "node:v8"
import { S3Failure } from "./Bucket.ts"
import { checkMediaType } from "./S3Answers.ts"

/** Where the store is, and who asks. */
export interface Options {
  /** The URL of the gateway; Amazon's own unless given. */
  readonly endpoint: string | undefined
  /** Where none is given: `us-east-1` behind an endpoint, which most gateways take, else what the SDK's chain says. */
  readonly region: string | undefined
  /** What to prove oneself with; the SDK's usual chain (environment, profile, role of the machine) unless given. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Redacted.Redacted
  }
}

/** How one request is sent. */
export interface Sending {
  /** Whether the answer is to be a list, which is XML. */
  readonly isList?: boolean
  /** The status of an answer whose body is still being read. */
  readonly status?: () => number | undefined
}

/** How long to wait for a connection. */
const connecting = Duration.seconds(2)

/** How long to wait for the first byte of an answer, and for each next one. */
const silence = Duration.seconds(4)

/**
 * Requests under way at once; others wait for their turn here, for a request that waited inside the SDK would be timed
 * out as if the store were slow. Each takes a descriptor (cli/Descriptors leaves 256 for all but connections).
 */
const mostRequests = 128

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** What was thrown, by the SDK or by a check of the answer; its status if there is one. */
const failure = (cause: unknown, status?: number): S3Failure => {
  if (cause instanceof S3Failure) return cause
  const metadata = isObject(cause) && "$metadata" in cause ? cause.$metadata : undefined
  const told =
    isObject(metadata) && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined
  const name = cause instanceof Error ? cause.name : "Unknown"
  return new S3Failure({
    status: typeof told === "number" ? told : status,
    code: isObject(cause) && "code" in cause && typeof cause.code === "string" ? cause.code : name,
    cause
  })
}

/** What is looked at of an answer before the SDK reads it; the SDK itself does not say what its handlers answer. */
const headOf = (response: unknown) => {
  const { body, headers, statusCode }: Partial<Record<string, unknown>> = isObject(response)
    ? { ...response }
    : {}
  const { "content-type": type }: Partial<Record<string, unknown>> = isObject(headers)
    ? { ...headers }
    : {}
  return {
    status: typeof statusCode === "number" ? statusCode : 0,
    type: typeof type === "string" ? type : undefined,
    body: body instanceof Readable ? body : undefined
  }
}

/**
 * What sockets read lies outside of V8's heap, and V8 by default collects all garbage each time some 16 MiB of it have
 * come: 1.5 s of CPU a GiB, more than half of all that a transfer took. With these it counts as part of the heap, which
 * may grow to four times what was live. Tried with V8 14; an engine that does not know a flag complains aloud.
 */
const tuneCollector = (): void => {
  if (Number.parseInt(process.versions.v8, 10) < 14) return
  setFlagsFromString("--external-memory-accounted-in-global-limit")
  setFlagsFromString("--external-memory-max-growing-factor=4")
}

/** The SDK with a client of it, and how a request of theirs becomes an effect; until the scope closes. */
export const makeSdkClient = Effect.fnUntraced(function* ({
  credentials,
  endpoint,
  region
}: Options) {
  const sdk = yield* Effect.promise(() => import("./S3Sdk.ts"))
  yield* Effect.sync(tuneCollector)
  const agent = { keepAlive: true, maxSockets: mostRequests }
  const regionOrDefault = region ?? (endpoint === undefined ? undefined : "us-east-1")
  const client = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new sdk.S3Client({
          ...(endpoint === undefined ? {} : { endpoint }),
          ...(regionOrDefault === undefined ? {} : { region: regionOrDefault }),
          ...(credentials === undefined
            ? {}
            : {
                credentials: {
                  accessKeyId: credentials.accessKeyId,
                  secretAccessKey: Redacted.value(credentials.secretAccessKey)
                }
              }),
          forcePathStyle: true,
          // The SDK adds checksums of its own by default, which gateways other than Amazon's need not know.
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
          maxAttempts: 1,
          // What is done to a command is found out once, not anew for each: a tenth of the time that the SDK takes.
          cacheMiddleware: true,
          requestHandler: {
            connectionTimeout: Duration.toMillis(connecting),
            requestTimeout: Duration.toMillis(silence),
            socketTimeout: Duration.toMillis(silence),
            throwOnRequestTimeout: true,
            httpAgent: agent,
            httpsAgent: agent
          }
        })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

  // Passed on here and not with the command: one that comes with options makes the SDK find out all anew.
  const calls = new AsyncLocalStorage<{ readonly signal: AbortSignal; readonly isList: boolean }>()
  const { requestHandler } = client.config
  client.middlewareStack.add(
    () => async (call) => {
      const { isList = false, signal } = calls.getStore() ?? {}
      const answer = await requestHandler.handle(call.request, { abortSignal: signal })
      const { body, status, type } = headOf(answer.response)
      const checked = checkMediaType({ isList, status, type })
      if (Result.isSuccess(checked)) return answer
      body?.destroy()
      throw checked.failure
    },
    { name: "checked", step: "deserialize", priority: "low" }
  )

  const turns = Semaphore.makeUnsafe(mostRequests)
  /** What `send` does of the client's work ends when nobody waits for it any more. */
  const request = <A>(
    send: () => Promise<A>,
    { isList = false, status }: Sending = {}
  ): Effect.Effect<A, S3Failure> =>
    Semaphore.withPermit(
      turns,
      Effect.tryPromise({
        try: (signal) => calls.run({ signal, isList }, send),
        catch: (cause) => failure(cause, status?.())
      })
    )

  return { sdk, client, request }
})
