/**
 * The shell programs of README.md and the other pages: each block of `sh`. test/conversation/Transcripts.test.ts runs
 * all of them but those of one list, so that a new block is run unless it is put there with its reason.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** The English pages; those in Portuguese have the same blocks (test/readme.test.ts). */
export const pages: ReadonlyArray<string> = [".", "docs", "docs/decisions", "deploy"].flatMap(
  (folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md") && !name.includes("pt-BR"))
      .map((name) => join(folder, name))
)

/** A block. */
export interface ShellBlock {
  readonly page: string
  /** What stands behind the language: `run=NAME` is run by NAME's row of test/conversation/ClientsPage.test.ts. */
  readonly mark: string
  readonly script: string
  /** Its page and its first line, without a comment. */
  readonly key: string
}

/** Every block of every page. */
export const blocks: ReadonlyArray<ShellBlock> = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```sh *(.*)\n([^]*?)^```$/gm)].map(
    ([, mark = "", script = ""]) => {
      const [line = ""] = script.split("\n")
      return { page, mark, script, key: `${page}: ${line.replace(/ +# .*$/, "")}` }
    }
  )
)

/** What marks a block that another test runs. */
export const isMarked = ({ mark }: ShellBlock): boolean => mark.startsWith("run=")

const installs =
  "it installs for the whole system; test/deploy/Deploy.test.ts runs the steps of app"
const needsBucket = "it needs a bucket; test/s3 starts one"
const staysUp = "it serves until it is stopped"

/** Blocks that are not run as they stand, and why. */
export const notRun: ReadonlyMap<string, string> = new Map([
  [
    "README.md: npm ci && npm start",
    "it installs all tools and runs every test; test/package/Package.long.test.ts starts it"
  ],
  [
    'README.md: npm ci && npm install --global "$(npm pack --silent | tail -n 1)"',
    "test/package/Package.long.test.ts installs the package into a folder of its own"
  ],
  ["CONTRIBUTING.md: npm ci", "it installs all tools and runs tests"],
  [
    "deploy/README.md: docker build -f deploy/Dockerfile -t app .",
    "it needs Docker, and images from elsewhere"
  ],
  ["deploy/README.md: npm ci", installs],
  [
    "deploy/README.md: sudo useradd --system --no-create-home --shell /usr/sbin/nologin app-mirror",
    "it makes a user; test/deploy/Deploy.test.ts looks at the unit"
  ],
  [
    "docs/client.md: app client --cmd acompanhar",
    "it follows until it is stopped; test/cli/client/changes does"
  ],
  [
    "docs/http.md: curl http://127.0.0.1:65432/",
    "test/conversation/HttpClients.test.ts runs it, and looks at what it prints"
  ],
  [
    "docs/http.md: curl -N http://127.0.0.1:65432/-/events",
    "it follows until it is stopped; test/http/events does"
  ],
  [
    'docs/http.md: curl -u :"$APP_PASSWORD" https://files.example.org:65432/file1.txt',
    "it asks another machine, with a password"
  ],
  [
    "docs/mirror.md: app client --mirror copy",
    "its last line follows until it is stopped; test/cli/client/mirror has each"
  ],
  ["docs/running.md: npm ci", installs],
  [
    "docs/running.md: npm run build:binary",
    "it installs for the whole system; test/package/Binary.long.test.ts builds and runs it"
  ],
  ["docs/s3.md: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…", needsBucket],
  [
    "docs/s3.md: app serve --store s3://acervo/fotos --s3-endpoint https://s3.exemplo.org --watch-interval 30s",
    needsBucket
  ],
  ["docs/scale.md: app serve --workers auto", staysUp],
  [
    "docs/scale.md: app serve --store s3://acervo/fotos --s3-endpoint https://s3.exemplo.org --host 10.0.0.1 --proxy-protocol 10.0.0.9 --drain-delay 2s",
    needsBucket
  ]
])
