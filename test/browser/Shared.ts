/** The folder that the browser's tests look at, and the server over it. */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { serveFolder, type TestOptions } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

/** Sound of a second for each 16 kB, silent, as a WAV file (RIFF: multimedia programming interface 1.0). */
const wav = (seconds: number): Buffer => {
  const size = seconds * 16_000
  const header = Buffer.from("RIFF....WAVEfmt ....................data....", "latin1")
  header.writeUInt32LE(size + 36, 4)
  header.writeUInt32LE(16, 16)
  for (const [offset, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16]
  ] as const)
    header.writeUInt16LE(value, offset)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt32LE(size, 40)
  return Buffer.concat([header, Buffer.alloc(size)])
}

/** A PDF of one empty page that is called so (ISO 32000-1, 14.3.3); its table of places is found anew by who reads it. */
const pdf = (title: string): string =>
  [
    "%PDF-1.4",
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj",
    `4 0 obj<</Title(${title})>>endobj`,
    "trailer<</Root 1 0 R/Info 4 0 R>>"
  ].join("\n")

/** What the PDF that is shared calls itself. */
export const pdfTitle = "Um documento"

/** A page that says `title` in its title if its script may run, and what it read. */
const reading = (title: string) =>
  `document.title="${title}";fetch("/segredo.txt").then(r=>r.text()).then(t=>{document.title=t})`

/** What is shared. */
export const sharedFiles: Readonly<Record<string, string | Uint8Array>> = {
  "LEIAME.md": "# Olá\n<script>alert(1)</script>",
  "README.md": "# Hello",
  "Relatório 2024.txt": "um relatório",
  "a'b\"c<d>&.txt": "aspas",
  "documento.pdf": pdf(pdfTitle),
  "imagem.png": readFileSync(new URL("../../DB/imagem.png", import.meta.url)),
  "musica.wav": wav(600),
  "nota.txt": "uma nota",
  "segredo.txt": "o segredo",
  "virado\u202etxt.exe.txt": "virado",
  "mal.html": `<title>html</title><script>${reading("html rodou")}</script>`,
  "mal.svg": `<svg xmlns="http://www.w3.org/2000/svg"><title>svg</title><script>${reading("svg rodou")}</script></svg>`,
  "mal.xhtml": `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>xhtml</title><script>${reading("xhtml rodou").replaceAll(">", "&gt;")}</script></head><body/></html>`,
  [`${"um-nome-muito-longo-".repeat(8)}.txt`]: "longo",
  "pasta/dentro.txt": "dentro",
  "pasta/-/x": "x",
  "-/y": "y"
}

/** The page's address. */
export const serveShared = (options: TestOptions = {}) =>
  Effect.gen(function* () {
    const folder = yield* folderWith(sharedFiles)
    const { host, port } = yield* serveFolder(folder, { web: {}, ...options })
    return { folder, port, url: `http://${host}:${port}` }
  })
