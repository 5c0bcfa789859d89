/**
 * A process of its own that swaps, as fast as it can, in the shared folder given: the file `a.txt` for a link that
 * leads to the secret beside the folder, and the folder `pasta` for a link to the folder of secrets, and back. Says
 * when it has swapped each as often as it was told, and goes on until its standard input ends; then says how often.
 */
import { linkSync, renameSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"

const [outside = "", count = ""] = process.argv.slice(2)
const inFolder = (name: string): string => join(outside, "DB", name)
const beside = (name: string): string => join(outside, name)

let over = false
process.stdin.resume().on("end", () => {
  over = true
})

linkSync(inFolder("a.txt"), beside("a.txt"))
symlinkSync("../fora", beside("link"))
let swaps = 0
while (!over) {
  symlinkSync("../segredo.txt", beside("next"))
  renameSync(beside("next"), inFolder("a.txt"))
  renameSync(inFolder("pasta"), beside("pasta"))
  renameSync(beside("link"), inFolder("pasta"))
  linkSync(beside("a.txt"), beside("next"))
  renameSync(beside("next"), inFolder("a.txt"))
  renameSync(inFolder("pasta"), beside("link"))
  renameSync(beside("pasta"), inFolder("pasta"))
  swaps += 2
  if (swaps === Number(count)) process.stdout.write("enough\n")
  // The end of the input is noticed only between two turns.
  if (swaps % 100 === 0) await setImmediate()
}
process.stdout.write(`swapped ${swaps}\n`)
