/**
 * What subscribers are told of the next changes. Most stand at the same place, and many follow the same: what is made for
 * the first of them is kept for the others, and so is its text (codec/resp/RespEncoder). Who follows what: Subscriber.
 */
import type { ChangeId } from "../../domain/FileChange.ts"
import type * as Reply from "../../domain/Reply.ts"

/** What a subscriber is told. */
export interface News {
  /** `undefined` where it follows nothing that changed. */
  readonly reply: Reply.Reply | undefined
  /** Whether changes may have been missed, and nothing that it follows says so. */
  readonly isLost: boolean
  /** The last change that it has been told of then. */
  readonly place: ChangeId
}

/** News, and what they were made for. */
interface Made {
  readonly from: ChangeId
  readonly last: ChangeId
  readonly news: News
}

/**
 * As many kinds of subscribers share their news: by what they follow. 100 kB or so are kept for each
 * until the next change, and up to 3 MB where names are as long as they may be.
 */
const mostKept = 16

/** The news that were made last. */
export class RecentNews {
  readonly #made = new Map<string, Made>()

  /**
   * The news from one place on, while `last` is the newest change: those of this key, where they are kept, else those that
   * `make` returns, which are kept under it.
   */
  of(key: string, from: ChangeId, last: ChangeId, make: () => News): News {
    const found = this.#made.get(key)
    if (found?.from.sequence === from.sequence && found.last.sequence === last.sequence)
      return found.news
    const news = make()
    this.#made.delete(key)
    this.#made.set(key, { from, last, news })
    const [oldest] = this.#made.keys()
    if (this.#made.size > mostKept && oldest !== undefined) this.#made.delete(oldest)
    return news
  }
}
