/** What `--log-format` and `--log-level` choose among. The log itself: serve/Log. */

/** How a line looks; `auto` is `pretty` on a terminal and `logfmt` elsewhere. */
export const formats = ["auto", "pretty", "logfmt", "json"] as const
/** One of them. */
export type Format = (typeof formats)[number]

/** From which level on events are logged. */
export const levels = ["debug", "info", "warning", "error", "none"] as const
/** One of them. */
export type Level = (typeof levels)[number]
