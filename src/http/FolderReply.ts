/**
 * The response that a folder is: its page for people, JSON for programs, or plain names, as `formato` or Accept asks for; or
 * all that is in it as one archive, where the query has `tar`.
 */
import { Effect } from "effect"
import { fieldKey } from "../codec/http/HttpRequest.ts"
import { type ChangeId, nowhere } from "../domain/FileChange.ts"
import { fieldLine } from "../codec/http/ResponseHead.ts"
import { makeQuota } from "./archive/Quota.ts"
import { mostArchivedFiles, openArchive } from "./archive/Archive.ts"
import { type Files, readableResponse } from "./file/FileResponse.ts"
import type { FolderReply } from "./HttpFace.ts"
import { jsonListing, textListing } from "./listing/FolderListing.ts"
import { listingFormat, mediaTypes } from "./listing/ListingFormat.ts"
import type { Changes } from "../services/files/FileChanges.ts"
import { contentSecurityPolicy, makeFolderPage } from "./page/FolderPage.ts"
import { liveLink } from "./page/LiveLink.ts"
import { pageQuery } from "./page/PageQuery.ts"
import type { Response } from "./Response.ts"

const accept = fieldKey("Accept")
const acceptLanguage = fieldKey("Accept-Language")

/** A folder is asked for again each time: what is in it changes. */
const common = "Cache-Control: no-cache\r\nVary: Accept, Accept-Language\r\n"

/** The place of a page that is made now. It does not wait for the watcher; it is told to look anew once that is ready. */
const placeNow = (changes: Changes): ChangeId => (changes.isStarting() ? nowhere : changes.last())

/** The reply to requests of folders. */
export const makeFolderReply = (files: Files, changes: Changes): FolderReply => {
  const { store } = files
  const quota = makeQuota(mostArchivedFiles)
  const folderPage = makeFolderPage(store)
  return Effect.fnUntraced(function* ({ name, query, request }) {
    const fields = new URLSearchParams(query)
    const field = (name: string) => fields.get(name) ?? undefined
    if (fields.has("tar")) {
      const archive = yield* openArchive(store, name, quota)
      const wanted = { request, name: archive.fileName, isDownload: true }
      return readableResponse(files, wanted, archive, "application/x-tar")
    }
    const format = listingFormat(field("formato"), request.field(accept))
    const type = fieldLine("Content-Type", mediaTypes[format]) + common
    if (format === "html") {
      const live = changes.source() === "none" ? undefined : liveLink(name, placeNow(changes))
      const query = pageQuery(name, field, request.field(acceptLanguage))
      const page = yield* folderPage(query, live)
      const response: Response = {
        status: 200,
        fields: type + fieldLine("Content-Security-Policy", contentSecurityPolicy),
        body: { buffered: page }
      }
      return response
    }
    const after = field("depois")
    const response: Response = {
      status: 200,
      fields: type,
      body: {
        size: undefined,
        bytes:
          format === "json"
            ? jsonListing(name, yield* store.folder(name, after))
            : textListing(yield* store.folderKeys(name, after))
      }
    }
    return response
  })
}
