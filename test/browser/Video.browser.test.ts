/** A film in the page's preview, made by ffmpeg: it plays, and a jump asks for what is there and not for all before it. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { statSync } from "node:fs"
import { join } from "node:path"
import { Chromium, openPage } from "../support/peers/Chromium.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"

const seconds = 60

/** A minute of noise over a moving picture: some 15 MB, so that the browser does not have it all at once. */
const film = (path: string): void => {
  const source = "testsrc2=size=320x240:rate=5,noise=alls=80:allf=t"
  const words = ["-v", "error", "-f", "lavfi", "-i", source, "-t", String(seconds)]
  const coding = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "2M", "-movflags", "faststart"]
  const { status, stderr } = spawnSync("ffmpeg", [...words, ...coding, path], { encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
}

layer(Chromium.layer, { timeout: "1 minute" })("a film", (it) => {
  it.effect("plays in the preview, and a jump sends 206 from there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const path = join(folder, "filme.mp4")
      film(path)
      const { size } = statSync(path)
      const { host, port } = yield* serveFolder(folder, { web: {} })
      const { complaints, page } = yield* openPage()
      const starts: Array<number> = []
      page.on("response", (response) => {
        const [, start, of] =
          /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers()["content-range"] ?? "") ?? []
        if (response.status() === 206 && Number(of) === size) starts.push(Number(start))
      })
      const seen = yield* Effect.promise(async () => {
        await page.goto(`http://${host}:${port}/`)
        await page.locator("#lista").getByRole("link", { name: "filme.mp4", exact: true }).click()
        const video = page.getByRole("dialog", { name: "filme.mp4" }).locator("video")
        return video.evaluate(async (video, at) => {
          if (!(video instanceof HTMLVideoElement)) return undefined
          const happens = (event: string) =>
            new Promise((resolve) => video.addEventListener(event, resolve, { once: true }))
          if (video.readyState === 0) await happens("loadedmetadata")
          const { duration, videoWidth } = video
          const sought = happens("seeked")
          video.currentTime = at
          await sought
          return { duration: Math.round(duration), videoWidth, at: video.currentTime }
        }, seconds - 5)
      })
      assert.deepStrictEqual(seen, { duration: seconds, videoWidth: 320, at: seconds - 5 })
      // What is five seconds before the end lies in the last fifth.
      assert.isTrue(
        starts.some((start) => start > size * 0.8),
        `${starts.join()} of ${size}`
      )
      assert.deepStrictEqual(complaints, [])
    })
  )
})
