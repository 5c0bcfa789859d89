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
  /** Whether the answer is kept and given again, so that the memory it needs is needed the first time alone. */
  readonly isKept?: boolean
}

/** What is spoken, which tells how the end of an answer is known. */
export type Face = "resp" | "http" | "pickle"

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

/** As many names as a connection may watch (server/transactions/Transaction, maxHeld), of 40 bytes. */
const mostWatched = 20_000

/** Several requests, one after the other. */
const arrays = (...lines: ReadonlyArray<string>): string =>
  lines.map((line) => array(...line.split(" "))).join("")

/** All of them; `names` are those of small files that exist, `version` is that of the large one. */
export const costlyRequests = (
  names: ReadonlyArray<string>,
  version: string
): ReadonlyArray<CostlyRequest> => {
  const manyNames = (count: number) => repeat(count, (index) => names[index % names.length] ?? "")
  const missing = repeat(mostArguments, (index) => `falta/${index}`)
  const short = repeat(mostArguments, () => "ab")
  const named = short.slice(0, mostNamed)
  return [
    {
      name: "`PING`, `dados`, `hora_atual`, `TIME`, `ROLE`",
      bytes: () => arrays("PING", "dados", "hora_atual", "TIME", "ROLE"),
      bound: "–"
    },
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
    {
      name: "`LISTAR COM detalhes`, as many as it takes",
      bytes: () => array("LISTAR", "LIMITE", "10000", "COM", "detalhes"),
      bound: listing
    },
    {
      name: "`LISTAR COM detalhes RESUMO`, as many as it takes",
      bytes: () => array("LISTAR", "LIMITE", "10000", "COM", "detalhes", "RESUMO", "0".repeat(64)),
      bound: listing
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
    {
      name: "`DBSIZE`, `RANDOMKEY`",
      bytes: () => arrays("DBSIZE", "RANDOMKEY"),
      bound: "names in all"
    },
    {
      name: "`enviar_arquivo`, `GET` of 1 GiB",
      bytes: () => array("enviar_arquivo", "grande.bin"),
      bound: "sent as it is taken"
    },
    {
      name: "`enviar_arquivo PREFIXO` of 1 GiB",
      bytes: () => array("enviar_arquivo", "grande.bin", "PREFIXO", version),
      bound: "sent as it is taken"
    },
    {
      name: "`GETRANGE` of 1 GiB",
      bytes: () => array("GETRANGE", "grande.bin", "0", "-1"),
      bound: "sent as it is taken"
    },
    {
      name: "`GETRANGE` of the last byte",
      bytes: () => array("GETRANGE", "grande.bin", "-1", "-1"),
      bound: "sent as it is taken"
    },
    {
      name: "`soma_arquivo` of 1 GiB",
      bytes: () => array("soma_arquivo", "grande.bin"),
      bound: "hashed in a thread",
      isKept: true
    },
    {
      name: "`soma_arquivo PREFIXO` of 1 GiB",
      bytes: () => array("soma_arquivo", "grande.bin", "PREFIXO", version),
      bound: "hashed in a thread",
      isKept: true
    },
    {
      name: "`detalhes_arquivo`, `STRLEN`, `TYPE`, and what tools ask of a key",
      bytes: () =>
        arrays(
          "detalhes_arquivo grande.bin",
          "STRLEN grande.bin",
          "TYPE grande.bin",
          "TTL grande.bin",
          "OBJECT ENCODING grande.bin",
          "OBJECT FREQ grande.bin",
          "OBJECT IDLETIME grande.bin",
          "OBJECT REFCOUNT grande.bin",
          "MEMORY USAGE grande.bin SAMPLES 9007199254740991"
        ),
      bound: "one `stat` each"
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
      name: "`WATCH` of as many files as it may, `UNWATCH`",
      bytes: () => array("WATCH", ...manyNames(mostWatched)) + array("UNWATCH"),
      bound: "4 MiB of watched names"
    },
    {
      name: "`EXEC` after `WATCH` of as many files as it may",
      bytes: () =>
        array("WATCH", ...manyNames(mostWatched))
        + arrays("MULTI", "PING", "EXEC", "MULTI", "DISCARD"),
      bound: "4 MiB of watched names"
    },
    {
      name: "`MEMORY STATS`",
      bytes: () => array("MEMORY", "STATS"),
      bound: "names in all"
    },
    {
      name: "`LATENCY HISTOGRAM` and `RESET`, all their arguments",
      bytes: () =>
        array("LATENCY", "HISTOGRAM", ...short.slice(1))
        + array("LATENCY", "RESET", ...short.slice(1)),
      bound: words
    },
    {
      name: "what an empty Redis answers",
      bytes: () =>
        arrays(
          "MEMORY DOCTOR",
          "MEMORY MALLOC-STATS",
          "MEMORY PURGE",
          "LATENCY LATEST",
          "LATENCY HISTORY a",
          "LATENCY GRAPH a",
          "LATENCY DOCTOR",
          "SLOWLOG GET -1",
          "SLOWLOG LEN",
          "SLOWLOG RESET",
          "CLUSTER INFO",
          "ACL WHOAMI",
          "ACL USERS",
          "MODULE LIST"
        ),
      bound: "–"
    },
    {
      name: "`HELP`, and that of each container",
      bytes: () =>
        arrays(
          "HELP",
          ...["COMMAND", "CONFIG", "CLIENT", "OBJECT", "MEMORY", "LATENCY", "SLOWLOG"].map(
            (name) => `${name} HELP`
          ),
          ...["CLUSTER", "ACL", "MODULE", "XINFO", "PUBSUB"].map((name) => `${name} HELP`)
        ),
      bound: "its table"
    },
    {
      name: "`INFO`, 1,024 sections",
      bytes: () => array("INFO", ...named),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`INFO everything files`",
      bytes: () => array("INFO", "everything", "files"),
      bound: "files counted once a minute",
      isKept: true
    },
    {
      name: "`COMMAND`, `COMMAND COUNT`, `COMMAND LIST`",
      bytes: () => arrays("COMMAND", "COMMAND COUNT", "COMMAND LIST"),
      bound: "its table"
    },
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
      name: "`CONFIG SET`, all its arguments",
      bytes: () => array("CONFIG", "SET", ...short.slice(1)),
      bound: words
    },
    {
      name: "`EXEC` of 20,000 `GET`",
      bytes: () => array("MULTI") + array("GET", names[0] ?? "").repeat(mostQueued) + array("EXEC"),
      bound: "4 MiB of queued requests; answered one after the other"
    },
    {
      name: "`CLIENT SETNAME` and `SETINFO`",
      bytes: () =>
        array("CLIENT", "SETNAME", "a".repeat(mostBytes - 40))
        + array("CLIENT", "SETINFO", "lib-name", "a".repeat(mostBytes - 40)),
      bound: "1 KiB a name"
    },
    {
      name: "`CLIENT LIST ID`, 1,024 numbers, and as many as a request may have",
      bytes: () =>
        [1024, mostArguments - 2]
          .map((count) => array("CLIENT", "LIST", "ID", ...repeat(count, () => "12")))
          .join(""),
      bound: "1,024 names, sections or patterns"
    },
    {
      name: "`HELLO`, all its options",
      bytes: () =>
        array("HELLO", "3", ...Array.from({ length: 21_000 }, () => ["SETNAME", "ab"]).flat()),
      bound: words
    },
    {
      name: "`CLIENT` and what else is of the connection alone",
      bytes: () =>
        arrays(
          "CLIENT ID",
          "CLIENT INFO",
          "CLIENT GETNAME",
          "CLIENT NO-EVICT on",
          "CLIENT REPLY on",
          "SELECT 0",
          "READONLY",
          "READWRITE",
          "RESET"
        ),
      bound: "–"
    },
    {
      name: "`QUIT`, all its arguments",
      bytes: () => array("QUIT", ...short),
      bound: words
    },
    { name: "`finalizar_conexao`", bytes: () => array("finalizar_conexao"), bound: "–" },
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
