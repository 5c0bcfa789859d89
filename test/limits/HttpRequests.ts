/** The costliest requests over HTTP within its limits: of pages, listings, archives, files, and of the head itself. */
import { assetLinks } from "../../src/http/page/Assets.ts"
import type { CostlyRequest } from "./Requests.ts"

/** Limits of the head (codec/http/RequestHead). */
const mostHead = 16 * 1024
const mostFields = 100
/** The most characters that a page is searched for (http/page/PageQuery). */
const longestSearch = 200

const ask = (method: string, target: string, ...fields: ReadonlyArray<string>): string =>
  [`${method} ${target} HTTP/1.1`, "Host: 127.0.0.1", "Connection: close", ...fields, "", ""].join(
    "\r\n"
  )

const get = (target: string, ...fields: ReadonlyArray<string>): string =>
  ask("GET", target, ...fields)

/** A field of as many items as the head has room for. */
const list = (name: string, item: string, prefix = ""): string =>
  `${name}: ${prefix}${`${item},`.repeat((mostHead - 200) / (item.length + 1)).slice(0, -1)}`

const head = "16 KiB and 100 lines a head"

/** All of them; `folder` has half of the files, `file` is one of them. */
export const costlyHttpRequests = (folder: string, file: string): ReadonlyArray<CostlyRequest> => [
  {
    name: "a folder's page",
    bytes: () => get(`/${folder}/`, "Accept: text/html"),
    bound: "entries a page"
  },
  {
    name: "a folder's page, by size",
    bytes: () => get(`/${folder}/?ordem=tamanho&sentido=desc`, "Accept: text/html"),
    bound: "names of the folder"
  },
  {
    name: "a search for a costly pattern",
    bytes: () =>
      get(
        `/?busca=${encodeURIComponent("*a".repeat(longestSearch / 2 - 1))}*b`,
        "Accept: text/html"
      ),
    bound: "200 characters a pattern, names in all"
  },
  {
    name: "a folder's page, the newest last",
    bytes: () => get(`/${folder}/?ordem=data&depois=0&formato=html`),
    bound: "names of the folder"
  },
  {
    name: "a folder as JSON",
    bytes: () => get(`/${folder}/?formato=json`),
    bound: "names of the folder"
  },
  {
    name: "a folder as names",
    bytes: () => get(`/${folder}/?formato=txt`),
    bound: "names of the folder"
  },
  {
    name: "a folder as a tar archive",
    bytes: () => get(`/${folder}/?tar`),
    bound: "sent as it is taken; the list of its files, 110 bytes each"
  },
  { name: "a file of 1 GiB", bytes: () => get("/grande.bin"), bound: "sent as it is taken" },
  {
    name: "a file of 1 GiB, to be saved",
    bytes: () => get("/grande.bin?baixar", "Range: bytes=-1"),
    bound: "sent as it is taken"
  },
  {
    name: "the digest of 1 GiB",
    bytes: () => get("/grande.bin?sha256"),
    bound: "hashed in a thread",
    isKept: true
  },
  {
    name: "what is known of a file (`HEAD`)",
    bytes: () => ask("HEAD", `/${file}`),
    bound: "one `stat`"
  },
  {
    name: "what is known of a folder (`HEAD`)",
    bytes: () => ask("HEAD", `/${folder}/?formato=json`),
    bound: "names of the folder"
  },
  {
    name: "which methods there are (`OPTIONS`)",
    bytes: () =>
      ask("OPTIONS", `/${file}`, list("Access-Control-Request-Headers", "a"), "Origin: http://a"),
    bound: head
  },
  {
    name: "a file in thousands of ranges",
    bytes: () => get(`/${file}`, list("Range", "0-0", "bytes=")),
    bound: head
  },
  {
    name: "a file under thousands of conditions",
    // White space behind them: a list that may be read in more than one way takes the square of its length.
    bytes: () => {
      const tags = list("If-None-Match", 'W/"a"').slice(0, mostHead / 2)
      return get(`/${file}`, `${tags}",${" ".repeat(mostHead / 2 - 300)}x`)
    },
    bound: head
  },
  {
    name: "a page in thousands of languages",
    bytes: () => get(`/${folder}/`, list("Accept-Language", "a;q=0.1"), "Accept: text/html"),
    bound: head
  },
  {
    name: "as many field lines as there may be",
    bytes: () =>
      get(`/${file}`, ...Array.from({ length: mostFields - 3 }, (_, index) => `a${index}: b`)),
    bound: head
  },
  {
    name: "a head that has no end",
    bytes: () => `GET / HTTP/1.1\r\na: ${"b".repeat(2 * mostHead)}`,
    bound: head
  },
  ...["health", "info", "time"].map((path) => ({
    name: `\`/-/${path}\``,
    bytes: () => get(`/-/${path}`),
    bound: "–"
  })),
  { name: "`/-/metrics`", bytes: () => get("/-/metrics"), bound: "its table" },
  { name: "the page's script", bytes: () => get(assetLinks.script), bound: "its size" }
]
