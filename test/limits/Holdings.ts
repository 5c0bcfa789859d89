/** The connections that hold the most memory of a server while they do nothing: what they do first, and what bounds it. */
/** One kind of them. */
export interface Holding {
  readonly name: string
  /** How many are held at once, to have what one takes. */
  readonly count: number
  readonly password?: string
  /** Whether it speaks TLS. */
  readonly isSecure?: boolean
  /** What it sends, one character a byte, whose answer it does not read. */
  readonly sends: string
  /** No connection of this kind takes more, in bytes. */
  readonly most: number
  readonly bound: string
}

const kB = 1024

/** A request that is begun: as many words as it may have, of which the last is awaited. */
const manyWords = `*65536\r\n${"$2\r\nab\r\n".repeat(65_534)}`
const manyChannels =
  `SUBSCRIBE ${Array.from({ length: 1024 }, (_, index) => `canal-de-um-nome-longo-${index}`).join(" ")}\r\n`
  + `PSUBSCRIBE ${Array.from({ length: 64 }, (_, index) => `${"*a".repeat(100)}${index}`).join(" ")}\r\n`

/** All kinds. */
export const holdings: ReadonlyArray<Holding> = [
  {
    name: "says nothing",
    count: 1000,
    sends: "",
    most: 24 * kB,
    bound: "`--max-connections`, `--idle-timeout`"
  },
  {
    name: "begins a request before the password: as many words as it may",
    count: 300,
    password: "segredo",
    sends: `*10\r\n${`$2\r\nab\r\n`.repeat(9)}$16384\r\n${"a".repeat(16_000)}`,
    most: 64 * kB,
    bound: "10 words of 16 KiB"
  },
  {
    name: "begins a request: as many words as it may",
    count: 40,
    sends: manyWords,
    most: 5 * 1024 * kB,
    bound: "65,536 words and 1 MiB a request, 256 MiB over all"
  },
  {
    name: "begins a request of 1 MiB",
    count: 40,
    sends: `*2\r\n$4\r\nECHO\r\n$1048000\r\n${"a".repeat(1_000_000)}`,
    most: 3 * 1024 * kB,
    bound: "1 MiB a request, 256 MiB over all"
  },
  {
    name: "asks for a large file and reads nothing",
    count: 1000,
    sends: "GET grande.bin\r\n",
    most: 120 * kB,
    bound: "`--transfer-memory`, and 16 KiB each besides; `--stall-timeout`"
  },
  {
    name: "asks for a large file a thousand times by one `MGET` and reads nothing",
    count: 1000,
    sends: `*1001\r\n$4\r\nMGET\r\n${"$10\r\ngrande.bin\r\n".repeat(1000)}`,
    most: 250 * kB,
    bound: "one file at a time, as above; its names in 256 MiB over all"
  },
  {
    name: "follows the changes over HTTP",
    count: 1000,
    sends: "GET /-/events?padrao=a/** HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    most: 80 * kB,
    bound: "a place in the log, 64 KiB unsent; `--stall-timeout`"
  },
  {
    name: "waits for a change by `XREAD BLOCK 0`",
    count: 1000,
    sends: "XREAD BLOCK 0 STREAMS arquivos $\r\n",
    most: 40 * kB,
    bound: "`--max-connections`; no idle limit"
  },
  {
    name: "follows one channel",
    count: 1000,
    sends: "SUBSCRIBE arquivos\r\n",
    most: 40 * kB,
    bound: "`--max-connections`; no idle limit; 64 KiB unsent"
  },
  {
    name: "follows as many channels and patterns as it may",
    count: 100,
    sends: manyChannels,
    most: 3 * 1024 * kB,
    bound: "1,024 channels, 64 patterns and 2 MiB, 256 MiB over all"
  },
  {
    name: "asks for 10,000 small replies and reads nothing",
    count: 100,
    sends: "COMMAND\r\n".repeat(10_000),
    most: 900 * kB,
    bound: "64 KiB of replies and as much of input, 256 MiB over all; `--stall-timeout`"
  },
  {
    name: "sends a million requests and reads nothing",
    count: 20,
    sends: "COMMAND\r\n".repeat(1_000_000),
    most: 16 * 1024 * kB,
    bound: "32 MiB of input, 256 MiB over all; `--stall-timeout`"
  },
  {
    name: "says nothing, over TLS",
    count: 300,
    isSecure: true,
    sends: "",
    most: 96 * kB,
    bound: "as without TLS"
  },
  {
    name: "asks for a large file and reads nothing, over TLS",
    count: 300,
    isSecure: true,
    sends: "GET grande.bin\r\n",
    most: 250 * kB,
    bound: "`--transfer-memory` twice, for what is encrypted is a copy"
  }
]

/** As many connections as one address may have (`--max-connections-per-address`); `most` is of all of them. */
export const holdingsOfOneAddress: ReadonlyArray<Holding> = [
  {
    name: "each begins a request of as many words as it may",
    count: 256,
    sends: manyWords,
    most: 512 * 1024 * kB,
    bound: "256 MiB over all"
  },
  {
    name: "each follows as many channels and patterns as it may",
    count: 256,
    sends: manyChannels,
    most: 512 * 1024 * kB,
    bound: "256 MiB over all"
  },
  {
    name: "each asks for a large file and reads nothing",
    count: 256,
    sends: "GET grande.bin\r\n",
    most: 40 * 1024 * kB,
    bound: "`--transfer-memory`, and 16 KiB each besides"
  }
]
