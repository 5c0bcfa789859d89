/**
 * The costliest request of each command that the server takes, within its limits. Commands that cost no more than their
 * words stand together.
 */

/** The costliest use of one command, or of several that cost the same. */
export interface CostlyRequest {
  /** The command, and what makes it dear. */
  readonly name: string
  /** The bytes, one a character; made when asked for, since some are a megabyte. */
  readonly bytes: () => string
  /** What bounds it, for docs/limits.md. */
  readonly bound: string
}

/** What is spoken, which tells how the end of an answer is known. */
export type Face = "resp" | "http"

/** A request as a client library writes it. */
export const array = (...args: ReadonlyArray<string>): string =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg, "latin1")}\r\n${arg}\r\n`).join("")}`

/** Limits of the wire (codec/resp/RespDecoder): arguments of a request, and the bytes of all of them. */
const mostArguments = 65_535
const mostBytes = 1024 * 1024
/** The longest pattern (routes/Route). */
export const longestPattern = 256
/** How many names, sections or patterns are answered (routes/Route); more are refused at once. */
export const mostNamed = 1024

/** So many of them. */
export const repeat = (count: number, make: (index: number) => string): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => make(index))

/** A pattern that fails late wherever it is tried. */
const costlyPattern = "*a".repeat(longestPattern / 2 - 1) + "*b"
/** One that is all character classes. */
const classes = `${"[^a-zA-Z0-9_.:;,]".repeat(14)}*`

/** As many GETs as are queued between MULTI and EXEC (server/transactions/Transaction, maxHeld), of a name of 40 bytes. */
const mostQueued = 20_000

const listing = "names in all, and in one reply 100,000"
const words = "65,536 words and 1 MiB a request"

/** All of them; `names` are those of small files that exist. */
export const costlyRequests = (names: ReadonlyArray<string>): ReadonlyArray<CostlyRequest> => {
  const manyNames = (count: number) => repeat(count, (index) => names[index % names.length] ?? "")
  const missing = repeat(mostArguments, (index) => `falta/${index}`)
  const short = repeat(mostArguments, () => "ab")
  const named = short.slice(0, mostNamed)
  return [
    { name: "`PING`, `dados`, `hora_atual`, `TIME`", bytes: () => array("hora_atual"), bound: "–" },
    {
      name: "`ECHO` of 1 MiB",
      bytes: () => array("ECHO", "a".repeat(mostBytes - 4)),
      bound: words
    },
    {
      name: "`LISTAR`, everything",
      bytes: () => array("LISTAR", "LIMITE", "100000"),
      bound: listing
    },
    {
      name: "`LISTAR`, a costly pattern",
      bytes: () => array("LISTAR", costlyPattern),
      bound: "256 bytes a pattern"
    },
    { name: "`KEYS *`", bytes: () => array("KEYS", "*"), bound: listing },
    {
      name: "`KEYS`, a costly pattern",
      bytes: () => array("KEYS", costlyPattern),
      bound: "256 bytes a pattern"
    },
    {
      name: "`SCAN`, as many as it takes",
      bytes: () => array("SCAN", "0", "COUNT", "9007199254740991"),
      bound: listing
    },
    {
      name: "`SCAN`, a costly pattern",
      bytes: () => array("SCAN", "0", "MATCH", costlyPattern, "COUNT", "100000"),
      bound: "256 bytes a pattern"
    },
    { name: "`DBSIZE`, `RANDOMKEY`", bytes: () => array("DBSIZE"), bound: "names in all" },
    {
      name: "`enviar_arquivo`, `GET` of 1 GiB",
      bytes: () => array("enviar_arquivo", "grande.bin"),
      bound: "sent as it is taken"
    },
    {
      name: "`soma_arquivo` of 1 GiB",
      bytes: () => array("soma_arquivo", "grande.bin"),
      bound: "hashed in a thread"
    },
    {
      name: "`detalhes_arquivo`, `STRLEN`, `TYPE`",
      bytes: () => array("detalhes_arquivo", "grande.bin"),
      bound: "one `stat`"
    },
    {
      name: "`EXISTS`, all the names a request may have",
      bytes: () => array("EXISTS", ...manyNames(30_000)),
      bound: words
    },
    {
      name: "`EXISTS` of files that are missing",
      bytes: () => array("EXISTS", ...missing.slice(0, 60_000)),
      bound: words
    },
    {
      name: "`MGET` of 16 MiB in small files",
      bytes: () => array("MGET", ...manyNames(16_000)),
      bound: "one file at a time"
    },
    {
      name: "`MGET` of files that are missing",
      bytes: () => array("MGET", ...missing.slice(0, 60_000)),
      bound: words
    },
    {
      name: "`INFO`, 1,024 sections",
      bytes: () => array("INFO", ...named),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`INFO everything files`",
      bytes: () => array("INFO", "everything", "files"),
      bound: "files counted once a minute"
    },
    { name: "`COMMAND`", bytes: () => array("COMMAND"), bound: "its table" },
    {
      name: "`COMMAND INFO`, 1,024 names",
      bytes: () => array("COMMAND", "INFO", ...repeat(mostNamed, () => "get")),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`COMMAND INFO` of what is none",
      bytes: () => array("COMMAND", "INFO", ...named),
      bound: "1,024 names, sections or patterns"
    },
    { name: "`COMMAND DOCS`", bytes: () => array("COMMAND", "DOCS"), bound: "its table" },
    {
      name: "`COMMAND DOCS`, 1,024 names",
      bytes: () => array("COMMAND", "DOCS", ...repeat(mostNamed, () => "get")),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`CONFIG GET`, patterns of classes",
      bytes: () => array("CONFIG", "GET", ...repeat(mostNamed, () => classes)),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`CONFIG GET`, more patterns than are answered",
      bytes: () => array("CONFIG", "GET", ...short.slice(1)),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`EXEC` of 20,000 `GET`",
      bytes: () => array("MULTI") + array("GET", names[0] ?? "").repeat(mostQueued) + array("EXEC"),
      bound: "4 MiB of queued requests; answered one after the other"
    },
    {
      name: "`CLIENT SETNAME`",
      bytes: () => array("CLIENT", "SETNAME", "a".repeat(mostBytes - 20)),
      bound: "1 KiB a name"
    },
    {
      name: "`AUTH`, a megabyte",
      bytes: () => array("AUTH", "a".repeat(mostBytes - 4)),
      bound: words
    },
    {
      name: "an unknown command, all its arguments",
      bytes: () => array("nada", ...short),
      bound: words
    },
    {
      name: "a command that writes, all its arguments",
      bytes: () => array("SET", ...short),
      bound: words
    },
    {
      name: "an inline line of quotes",
      bytes: () => `ECHO ${'"\\x41" '.repeat(8000)}\r\n`,
      bound: "64 KiB a line"
    }
  ]
}
