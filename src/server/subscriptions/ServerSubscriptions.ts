/** What all subscribers of one server share. */
import type { Router } from "../../Router.ts"
import type { Numbers } from "../../telemetry/Stats.ts"
import { RecentMessages } from "./Messages.ts"
import { RecentNews } from "./News.ts"
import { Registry } from "./Registry.ts"

/** What all subscribers of one server share. */
export interface ServerSubscriptions {
  readonly changes: Router["Service"]["changes"]
  readonly registry: Registry
  readonly messages: RecentMessages
  readonly news: RecentNews
}

/** Those of a server over these changes, of which there are none yet; how many there are is counted in `stats`. */
export const makeServerSubscriptions = (
  changes: Router["Service"]["changes"],
  stats: Numbers
): ServerSubscriptions => ({
  changes,
  registry: new Registry(stats),
  messages: new RecentMessages(),
  news: new RecentNews()
})
