/** Changes as server-sent events (WHATWG HTML, 9.2.6), as text. Which of them, and when: EventStream. */
import { Duration } from "effect"
import * as Sse from "effect/encoding/Sse"
import {
  type ChangeId,
  changeJson,
  formatId,
  type LoggedChange,
  operationOf
} from "../../domain/FileChange.ts"

/** How long a client waits before it connects again. */
const reconnection = Duration.seconds(1)

/** A change as an event that is called as it is on the wire, with its place as the id. */
export const eventText = ({ change, id }: LoggedChange): string =>
  Sse.encoder.write({
    _tag: "Event",
    id: formatId(id),
    event: operationOf(change),
    data: changeJson(change)
  })

/**
 * Tells a place without an event, for there is no data: a client that is cut off goes on from there. The comment before it
 * is what proxies and clients see that the connection is alive by.
 */
export const placeText = (id: ChangeId): string => `:\nid: ${formatId(id)}\n\n`

/** What a stream begins with: when to connect again, and the place from which it tells. */
export const openingText = (id: ChangeId): string =>
  Sse.encoder.write(new Sse.Retry({ duration: reconnection, lastEventId: undefined }))
  + placeText(id)
