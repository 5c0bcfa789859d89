/**
 * As much of an S3 gateway as our store asks of one (ListObjectsV2, GetObject, HeadObject; signatures are not looked
 * at), whose answers a test may bend: what a real gateway does right, this one can be made to do wrong.
 */
import { Effect, type Scope } from "effect"
import { createHash } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { once } from "node:events"

/** One request. */
export interface Asked {
  readonly method: string
  /** Decoded; empty where the bucket itself is asked. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

/** What is answered. */
export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Uint8Array
}

/** Bends an answer; `honest` answers another request as it should be. */
export type Lie = (asked: Asked, answer: Answer, honest: (asked: Asked) => Answer) => Answer

/** Ignores a header of the request. */
export const deafTo =
  (header: string): Lie =>
  (asked, _, honest) =>
    honest({ ...asked, headers: { ...asked.headers, [header]: undefined } })

/** The gateway. */
export interface FakeS3 {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  readonly put: (key: string, content: string | Uint8Array) => void
  readonly remove: (key: string) => void
  /** In milliseconds since 1970, whole seconds. */
  readonly modified: (key: string) => number
  /** From now on; the latest one counts. */
  readonly lie: (lie: Lie) => void
}

/** The only bucket, whatever name it is asked by. */
export const bucket = "acervo"

interface FakeObject {
  readonly content: Buffer
  readonly etag: string
  readonly modified: number
}

const xml = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`)
})

const failed = (status: number, code: string): Answer =>
  xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)

/** A page in place of S3's answer: what captive portals and default routes send. */
export const page = (status: number, title: string): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: Buffer.from(`<html><head><title>${title}</title></head><body><p>${title}</p></body></html>`)
})

/** A gateway with these objects, until the scope closes. */
export const fakeS3 = (
  objects: Readonly<Record<string, string | Uint8Array>>
): Effect.Effect<FakeS3, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stored = new Map<string, FakeObject>()
    const asked: Array<Asked> = []
    let lie: Lie = (_, answer) => answer
    let seconds = Date.UTC(2024, 2, 9) / 1000

    const put: FakeS3["put"] = (key, content) => {
      const bytes = Buffer.from(content)
      stored.set(key, {
        content: bytes,
        etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
        modified: ++seconds * 1000
      })
    }
    for (const [key, content] of Object.entries(objects)) put(key, content)

    const list = (query: URLSearchParams): Answer => {
      const after = Buffer.from(query.get("start-after") ?? "")
      const prefix = query.get("prefix") ?? ""
      const delimiter = query.get("delimiter")
      const limit = Number(query.get("max-keys") ?? 1000)
      const told = new Set(
        [...stored.keys()]
          .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0)
          .map((key) => {
            const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length)
            return end === -1 ? key : key.slice(0, end + 1)
          })
      )
      const keys = [...told].sort((one, other) =>
        Buffer.compare(Buffer.from(one), Buffer.from(other))
      )
      const contents = keys.slice(0, limit).map((key) => {
        const encoded = encodeURIComponent(key)
        const found = stored.get(key)
        if (found === undefined || (delimiter !== null && key !== prefix && key.endsWith("/")))
          return `<CommonPrefixes><Prefix>${encoded}</Prefix></CommonPrefixes>`
        const { content, etag, modified } = found
        return (
          `<Contents><Key>${encoded}</Key><ETag>${etag.replaceAll('"', "&quot;")}</ETag>`
          + `<Size>${content.length}</Size><LastModified>${new Date(modified + 345).toISOString()}</LastModified></Contents>`
        )
      })
      return xml(
        200,
        `<ListBucketResult><Name>${bucket}</Name><EncodingType>url</EncodingType>`
          + `<IsTruncated>${keys.length > limit}</IsTruncated>${contents.join("")}</ListBucketResult>`
      )
    }

    const object = ({ headers, key, method }: Asked): Answer => {
      const found = stored.get(key)
      if (found === undefined) return failed(404, "NoSuchKey")
      const { content, etag, modified } = found
      const ifMatch = headers["if-match"]
      if (ifMatch !== undefined && ifMatch !== etag) return failed(412, "PreconditionFailed")
      if (headers["if-none-match"] === etag)
        return { status: 304, headers: { etag }, body: Buffer.alloc(0) }
      const told = {
        etag,
        "last-modified": new Date(modified).toUTCString(),
        "content-type": "application/octet-stream"
      }
      const [, first, last] = (/^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? []).map(Number)
      if (method === "HEAD" || first === undefined || last === undefined)
        return {
          status: 200,
          headers: { ...told, "content-length": content.length },
          body: content
        }
      if (first >= content.length) return failed(416, "InvalidRange")
      const body = content.subarray(first, last + 1)
      return {
        status: 206,
        headers: {
          ...told,
          "content-length": body.length,
          "content-range": `bytes ${first}-${first + body.length - 1}/${content.length}`
        },
        body
      }
    }

    const honest = (request: Asked): Answer =>
      request.key === "" ? list(request.query) : object(request)

    const server = createServer(({ headers, method = "", url = "" }, outgoing) => {
      const { pathname, searchParams: query } = new URL(url, "http://fake")
      const key = decodeURIComponent(pathname.slice(`/${bucket}/`.length))
      const request = { method, key, query, headers }
      asked.push(request)
      const answer = lie(request, honest(request), honest)
      outgoing.statusCode = answer.status
      for (const [name, value] of Object.entries(answer.headers))
        if (value !== undefined) outgoing.setHeader(name, value)
      outgoing.end(method === "HEAD" ? undefined : answer.body)
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
      () =>
        Effect.promise(async () => {
          const closed = once(server, "close")
          server.close()
          server.closeAllConnections()
          await closed
        })
    )
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      asked,
      put,
      remove: (key) => void stored.delete(key),
      modified: (key) => stored.get(key)?.modified ?? Number.NaN,
      lie: (next) => {
        lie = next
      }
    }
  })
