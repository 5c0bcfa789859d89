/**
 * Asks the server page by page whether what the state file says is what it has: of a page of which no file has another
 * name, size, time or version the reply is null (LISTAR … RESUMO), so that nothing is sent, decoded or compared of it. The
 * server looks at each of its files all the same.
 */
import { Effect, Option, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connector } from "../Connector.ts"
import { Hashing } from "../files/Hashing.ts"
import type { ListedFile } from "../files/ListedFiles.ts"
import { askPage } from "../files/RemoteList.ts"
import { pageSize } from "./state/State.ts"
import type { StateFile } from "./state/StateFile.ts"

/**
 * How many pages are asked for at a time: so many have the files of one list at the server's limit. What a server finds of
 * pages that are known leaves in one write, so that with fewer both sides wait for each other again and again.
 */
const askedAtOnce = 20

/** How many files are listed at a time behind a page that has more of them than are known: the server's limit. */
const listedAtOnce = 10_000

/** What the server has of a part of its names: the rows of a state file, or others. */
export type Part =
  | { readonly _tag: "Known"; readonly rows: ReadonlyArray<number> }
  | { readonly _tag: "Listed"; readonly files: ReadonlyArray<ListedFile> }

/** Rows that follow each other, and what is known of them. */
interface Page {
  readonly rows: ReadonlyArray<number>
  /** What the state file says that the digest is, where it does. */
  readonly digest: string | undefined
  /** The name before the first row. */
  readonly after: ByteString.ByteString | undefined
  readonly last: ByteString.ByteString
}

/** The rows in pages. */
const pagesOf = function* (state: StateFile, all: ReadonlyArray<number>): Generator<Page> {
  /** Those of some of the rows are not those of the state file. */
  const digests = all.length === state.count ? state.pages : []
  let after: ByteString.ByteString | undefined
  for (let page = 0; page * pageSize < all.length; page++) {
    const rows = all.slice(page * pageSize, (page + 1) * pageSize)
    const last = state.keyAt(rows.at(-1) ?? 0)
    yield { rows, digest: digests[page], after, last }
    after = last
  }
}

/**
 * What the server has of the names up to that of the last of these rows, which are all that are known of the names that
 * match. Fails with `ErrorReply` `ERR` where the server does not know the option.
 */
export const askKnown = (
  pattern: ByteString.ByteString | undefined,
  state: StateFile,
  rows: ReadonlyArray<number>,
  connector: Connector
) => {
  const digestOf = (rows: ReadonlyArray<number>) =>
    Effect.map(Hashing, (hashing) => hashing.digestOf([state.listed(rows)]))
  const ask = Effect.fnUntraced(function* (page: Page) {
    const { after, rows } = page
    const digest = ByteString.unsafe(page.digest ?? (yield* digestOf(rows)))
    const files = yield* askPage({ pattern, after, limit: rows.length, digest }, connector)
    return { page, files }
  })
  /** What is between the end of a page and its last row, where there are more files than rows. */
  const rest = (first: ReadonlyArray<ListedFile>, { last, rows }: Page) =>
    Stream.paginate({ files: first, limit: rows.length }, ({ files, limit }) => {
      const after = files.at(-1)?.name
      const part: Part = { _tag: "Listed", files: files.filter(({ name }) => name <= last) }
      if (files.length < limit || after === undefined || after >= last)
        return Effect.succeed([[part], Option.none()] as const)
      const next = { pattern, after, limit: listedAtOnce, digest: undefined }
      return Effect.map(
        askPage(next, connector),
        (files = []) => [[part], Option.some({ files, limit: listedAtOnce })] as const
      )
    })
  return Stream.fromIterable(pagesOf(state, rows), { chunkSize: 1 }).pipe(
    Stream.mapEffect(ask, { concurrency: askedAtOnce }),
    Stream.flatMap(({ files, page }) =>
      files === undefined
        ? Stream.succeed<Part>({ _tag: "Known", rows: page.rows })
        : rest(files, page)
    )
  )
}
