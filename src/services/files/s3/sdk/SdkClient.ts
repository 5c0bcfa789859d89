/**
 * Amazon's SDK for one endpoint: its requests as effects, which can be interrupted, a bounded number at a time, each sent
 * once, or again where only the machine's clock was wrong. Checks only the media type of answers, and the length of those
 * that are read whole; the requests: S3Client.
 */
import { Duration, Effect, Predicate, Redacted, Semaphore } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { setFlagsFromString } from "node:v8"
import { S3Failure } from "../Bucket.ts"
import { checkedHead } from "./AnswerHead.ts"
import { type Destination, makeSignedGet } from "./SignedGet.ts"
import { longestError, longestList, readWhole } from "./WholeAnswer.ts"

/** Where the store is, and the credentials. */
export interface Options {
  /** The URL of the gateway; Amazon's own unless given. */
  readonly endpoint: string | undefined
  /** The region; unless given, `us-east-1` with an endpoint, which most gateways accept, else that of the SDK's chain. */
  readonly region: string | undefined
  /** The access key; that of the SDK's chain (environment, profile, role of the machine) unless given. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Redacted.Redacted
  }
}

/** Options of one request. */
export interface Sending {
  /** Whether the answer must be a list, which is XML. */
  readonly isList?: boolean
  /** The HTTP status of an answer whose body is being read. */
  readonly status?: () => number | undefined
}

/** The timeout of a connection. */
const connecting = Duration.seconds(2)

/** The timeout of the first byte of an answer, and of each next one. */
const silence = Duration.seconds(4)

/**
 * How many requests run at a time. Others wait here and not in the SDK, whose timeouts would count the wait. Each takes a
 * descriptor (cli/serve/process/DescriptorLimit keeps 256 for everything but connections).
 */
const mostRequests = 128

/**
 * How much the SDK must have corrected its clock by for a refused request to be sent again, in milliseconds: less than the 15
 * minutes by which a request may be off, and more than an answer takes.
 */
const clockStep = 240_000

/** What the SDK or a check of the answer threw, as an S3Failure. */
const failure = (cause: unknown, isList: boolean, status?: number): S3Failure => {
  if (cause instanceof S3Failure) return cause
  const metadata = Predicate.hasProperty(cause, "$metadata") ? cause.$metadata : undefined
  const told = Predicate.hasProperty(metadata, "httpStatusCode")
    ? metadata.httpStatusCode
    : undefined
  // A list has come whole before it is parsed, so asking again would change nothing.
  if (isList && told === 200) return S3Failure.wrongAnswer("the list is not one that can be read")
  const name = cause instanceof Error ? cause.name : "Unknown"
  return new S3Failure({
    status: typeof told === "number" ? told : status,
    code:
      Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : name,
    cause
  })
}

/**
 * The bytes that sockets read are outside of V8's heap, and by default V8 collects all garbage after each 16 MiB or so of
 * them: 1.5 s of processor time a GiB, more than half of a transfer's. With these flags they count as part of the heap,
 * which may grow to four times the live size. Tested with V8 14; an engine that does not know a flag prints an error.
 */
const tuneCollector = (): void => {
  if (Number.parseInt(process.versions.v8, 10) < 14) return
  setFlagsFromString("--external-memory-accounted-in-global-limit")
  setFlagsFromString("--external-memory-max-growing-factor=4")
}

/**
 * The SDK, a client of it, and `request`, which makes an effect of a call of that client; until the scope closes. Fails
 * with the code `SdkMissing` where the SDK's file is not beside the program.
 */
export const makeSdkClient = Effect.fnUntraced(function* ({
  credentials,
  endpoint,
  region
}: Options) {
  const sdk = yield* Effect.tryPromise({
    try: () => import("./S3Sdk.ts"),
    catch: (cause) => new S3Failure({ status: undefined, code: "SdkMissing", cause })
  })
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
          // By default the SDK adds checksums that other gateways than Amazon's may not know.
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
          maxAttempts: 1,
          // Resolves the middleware once and not for each command: a tenth of the SDK's time.
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

  // Passed on by AsyncLocalStorage and not with the command, whose options would turn that cache off.
  const calls = new AsyncLocalStorage<{ readonly signal: AbortSignal; readonly isList: boolean }>()
  const { requestHandler } = client.config
  let destination: Destination | undefined
  client.middlewareStack.add(
    (_, context) => async (call) => {
      destination = context.endpointV2
      const { isList = false, signal } = calls.getStore() ?? {}
      const answer = await requestHandler.handle(call.request, { abortSignal: signal })
      const { body, status } = checkedHead(answer.response, isList)
      const isError = status >= 300
      // The SDK reads a list or an error to its end, however long it is.
      if (body !== undefined && (isList || isError) && Predicate.isObject(answer.response))
        answer.response["body"] = await readWhole(
          body,
          status,
          isError ? longestError : longestList
        )
      return answer
    },
    { name: "checked", step: "deserialize", priority: "low" }
  )

  const turns = Semaphore.makeUnsafe(mostRequests)
  /** An effect of the call that `send` makes; interrupting it aborts the request. */
  const request = <A>(
    send: (signal: AbortSignal) => Promise<A>,
    { isList = false, status }: Sending = {}
  ): Effect.Effect<A, S3Failure> =>
    Semaphore.withPermit(
      turns,
      Effect.suspend(() => {
        const { systemClockOffset } = client.config
        return Effect.retry(
          Effect.tryPromise({
            try: (signal) => calls.run({ signal, isList }, send, signal),
            catch: (cause) => failure(cause, isList, status?.())
          }),
          {
            // After the machine's clock was set the store refuses what is signed by it, and tells the SDK its own time.
            while: (failed) =>
              failed.status === 403
              && Math.abs(client.config.systemClockOffset - systemClockOffset) >= clockStep,
            times: 1
          }
        )
      })
    )

  return { sdk, client, request, signedGet: makeSignedGet(client, () => destination) }
})
