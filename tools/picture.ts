/**
 * `npm run picture`: docs/session.svg, a short terminal session. Its commands are run, against a server of the folder DB
 * in this process's own port, and what they print is what the picture shows.
 */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"

const main = resolve("src/main.ts")
const folder = mkdtempSync(join(tmpdir(), "picture-"))
const env = { PATH: process.env["PATH"], HOME: folder, LC_ALL: "C.UTF-8" }

const server = spawn(process.execPath, [main, "serve", "--port", "0", "--log-level", "none"], {
  env,
  stdio: ["ignore", "ignore", "pipe"]
})
process.once("exit", () => server.kill())
const announcement = await new Promise<string>((read) => {
  createInterface(server.stderr).once("line", read)
})
const [, port = ""] = /:(\d+)\. /.exec(announcement) ?? []

/** What people type, and the words of it that are run. */
const commands: ReadonlyArray<readonly [shown: string, words: ReadonlyArray<string>]> = [
  ["listar_arquivos", ["listar_arquivos"]],
  ['enviar_arquivo "Relatório de março.txt"', ["enviar_arquivo", "Relatório de março.txt"]],
  ["soma_arquivo imagem.png", ["soma_arquivo", "imagem.png"]],
  ["enviar_arquivo ../package.json", ["enviar_arquivo", "../package.json"]]
]

interface Line {
  readonly text: string
  readonly isTyped: boolean
}

const session: ReadonlyArray<Line> = [
  { text: "app serve", isTyped: true },
  { text: announcement.replaceAll(port, "65432").replace(" --port 65432", ""), isTyped: false },
  ...commands.flatMap(([shown, words]) => {
    const asked = spawnSync(process.execPath, [main, "client", "--port", port, "--cmd", ...words], {
      cwd: folder,
      env,
      encoding: "utf8"
    })
    const printed = `${asked.stdout}${asked.stderr}`.trimEnd().split("\n")
    return [
      { text: `app client --cmd ${shown}`, isTyped: true },
      ...printed.map((text) => ({ text, isTyped: false }))
    ]
  })
]

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** In pixels: a line's height, and the room around all of them. */
const height = 20
const margin = 20

const lines = session.map(({ isTyped, text }, index) => {
  const prompt = isTyped ? '<tspan class="prompt">$ </tspan>' : ""
  const typed = isTyped ? ' class="typed"' : ""
  return `  <text x="${margin}" y="${margin + height * (index + 1)}"${typed} style="animation-delay:${(index * 0.25).toFixed(2)}s">${prompt}${escaped(text)}</text>`
})

const width = 1000
writeFileSync(
  join("docs", "session.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height * session.length + 3 * margin}" role="img" aria-label="app serve, app client">
  <style>
    text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #d0d7de; white-space: pre; animation: shown 0.2s both; }
    .typed { fill: #ffffff; }
    .prompt { fill: #7ee787; }
    @keyframes shown { from { opacity: 0 } to { opacity: 1 } }
    @media (prefers-reduced-motion: reduce) { text { animation: none; } }
  </style>
  <rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${lines.join("\n")}
</svg>
`
)
rmSync(folder, { recursive: true })
server.kill()
