/**
 * Requests for objects past the SDK's middleware, which took nearly half of the processor's time of a small object through
 * the server. Credentials, signatures, connections and their time limits are the SDK's; which answer fits: S3Answers.
 */
import type { Readable } from "node:stream"
import { S3Failure } from "../Bucket.ts"
import type { ObjectHeaders } from "../S3Answers.ts"
import { checkedHead } from "./AnswerHead.ts"
import type { S3Client } from "./S3Sdk.ts"
import { longestError, readWhole } from "./WholeAnswer.ts"

/** Which part of which version is asked for, as headers of HTTP say it. */
export interface Conditions {
  readonly Range?: string
  readonly IfMatch?: string
  readonly IfNoneMatch?: string
}

/** An answer that has an object, or a part of one. */
export interface ObjectAnswer {
  readonly status: number | undefined
  readonly headers: ObjectHeaders
  readonly body: Readable
}

/** Asks for an object; `undefined` if the SDK must, which throws what it fails with. */
export type SignedGet = (
  key: string,
  conditions: Conditions,
  signal: AbortSignal
) => Promise<ObjectAnswer | undefined>

/** Where the SDK has sent a request to, and how it was signed. */
export interface Destination {
  readonly url: URL
  readonly properties?: {
    readonly authSchemes?: ReadonlyArray<{
      readonly name: string
      readonly signingName: string
      readonly signingRegion: string
    }>
  }
}

const userAgent = "sockets-client-server"

/** S3's code for an error. */
const codeOf = async (body: Readable, status: number): Promise<string> => {
  const text = (await readWhole(body, status, longestError)).toString()
  return /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? "Unknown"
}

/** As the SDK writes a key into a path (RFC 3986, 3.3). */
const pathOf = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)

/** Whether the SDK is to ask again, which sets its clock by such an answer. */
const isRefusal = (status: number): boolean => status >= 400 && status <= 403

/** Requests to where `destination` says; none before the SDK has sent one, or where it signs in another way than by SigV4. */
export const makeSignedGet = (
  { config }: S3Client,
  destination: () => Destination | undefined
): SignedGet => {
  let signer: ReturnType<typeof config.signer> | undefined
  return async (key, { IfMatch, IfNoneMatch, Range }, signal) => {
    const { properties, url } = destination() ?? {}
    const scheme = properties?.authSchemes?.[0]
    if (url === undefined || scheme?.name !== "sigv4") return undefined
    const { hostname, pathname, port, protocol } = url
    const { signingName, signingRegion } = scheme
    signer ??= config.signer({ ...scheme, properties: {} })
    const request = await (
      await signer
    ).sign(
      {
        method: "GET",
        protocol,
        hostname,
        ...(port === "" ? {} : { port: Number(port) }),
        path: `${pathname}/${pathOf(key)}`,
        query: {},
        headers: {
          host: url.host,
          // Proxies may refuse who does not say what they are.
          "user-agent": userAgent,
          ...(Range === undefined ? {} : { range: Range }),
          ...(IfMatch === undefined ? {} : { "if-match": IfMatch }),
          ...(IfNoneMatch === undefined ? {} : { "if-none-match": IfNoneMatch })
        }
      },
      {
        signingDate: new Date(Date.now() + config.systemClockOffset),
        signingRegion,
        signingService: signingName
      }
    )
    const answer = await config.requestHandler.handle(request, { abortSignal: signal })
    const { body, header, status } = checkedHead(answer.response, false)
    if (body === undefined) throw new Error("the answer has no body")
    if (isRefusal(status)) {
      body.destroy()
      return undefined
    }
    if (status >= 300) {
      const code = await codeOf(body, status)
      throw new S3Failure({ status, code, cause: new Error(`${code} (${status})`) })
    }
    const length = header("content-length")
    return {
      status,
      body,
      headers: {
        ContentLength: length === undefined ? undefined : Number(length),
        ContentRange: header("content-range"),
        LastModified: new Date(header("last-modified") ?? ""),
        ETag: header("etag")
      }
    }
  }
}
