/** The lines that tools for web logs read: the combined format of Apache (httpd.apache.org/docs/2.4/logs.html). */

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** As Apache and nginx write what a client sent, so that it ends neither its quotes nor its line. */
const quoted = (value: unknown): string =>
  typeof value === "string"
    ? `"${value.replace(
        /[^ !#-[\]-~]/g,
        (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`
      )}"`
    : '"-"'

/** `26/Nov/2026:02:15:59 +0000`, of a time in ISO 8601 (UTC). */
const timeOf = (timestamp: string): string => {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(timestamp) ?? []
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`
}

/** An address without its port and brackets. */
const hostOf = (address: unknown): string =>
  String(address)
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")

/** The line of an `http.request` with these fields (server/TransferLog). Who gave which password is not told: there is one user. */
export const combinedLine = (
  timestamp: string,
  fields: Readonly<Record<string, unknown>>
): string => {
  const { address, agent, bytes_out: size, method, path, referrer, status, version } = fields
  const request = quoted(`${String(method)} ${String(path)} HTTP/${String(version)}`)
  return `${hostOf(address)} - - [${timeOf(timestamp)}] ${request} ${String(status)} ${String(size)} ${quoted(referrer)} ${quoted(agent)}`
}
