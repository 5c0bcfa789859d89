/**
 * A limit of the system on a program's memory: a control group of its own, below that of the test, where it may be made;
 * else a scope of systemd's; else only a smaller heap, as Node itself would choose. Where `TEST_CGROUPS=no`, no group is
 * made below that of the test: it may be of a service that looks after what runs in it.
 */
import { Effect, type Scope } from "effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** How a program is run so that it is limited. */
export interface MemoryLimit {
  /** What limits it, for the test's output. */
  readonly by: string
  /** The command that runs the program whose command line follows. */
  readonly within: ReadonlyArray<string>
  /** What it finds in its environment. */
  readonly env: Readonly<Record<string, string>>
}

/** The two versions of control groups: where they stand, how theirs is told in /proc/self/cgroup, who holds the limit. */
const versions = [
  {
    by: "cgroup v1",
    root: "/sys/fs/cgroup/memory",
    line: /:memory:(.*)$/m,
    limit: "memory.limit_in_bytes"
  },
  { by: "cgroup v2", root: "/sys/fs/cgroup", line: /^0::(.*)$/m, limit: "memory.max" }
] as const

const enter = (folder: string) => ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder]

const runs = ([program = "", ...words]: ReadonlyArray<string>): boolean =>
  spawnSync(program, [...words, "true"], { stdio: "ignore" }).status === 0

/** A new control group with this limit, if it takes programs; and what removes it. */
const makeGroup = (
  { by, limit, line, root }: (typeof versions)[number],
  bytes: number
): (MemoryLimit & { readonly remove: () => void }) | undefined => {
  const [, own] = line.exec(readFileSync("/proc/self/cgroup", "utf8")) ?? []
  if (own === undefined) return undefined
  const folder = join(root, own, `sockets-test-${process.pid}-${Date.now()}`)
  const remove = () => {
    try {
      rmdirSync(folder)
    } catch {
      // A program of the group has not ended, and is nobody's any more.
    }
  }
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, limit), String(bytes))
    if (runs(enter(folder))) return { by, within: enter(folder), env: {}, remove }
  } catch {
    // Read-only, not ours, or without the controller.
  }
  remove()
  return undefined
}

/** A limit of so many bytes until the scope closes, by which all programs have ended. */
export const limitMemory = (bytes: number): Effect.Effect<MemoryLimit, never, Scope.Scope> =>
  Effect.gen(function* () {
    const mayGroup = process.platform === "linux" && process.env["TEST_CGROUPS"] !== "no"
    for (const version of mayGroup ? versions : []) {
      const group = makeGroup(version, bytes)
      if (group === undefined) continue
      yield* Effect.addFinalizer(() => Effect.sync(group.remove))
      return group
    }
    const scope = ["systemd-run", "--scope", "--quiet", "-p", `MemoryMax=${bytes}`, "--"]
    if (mayGroup && runs(scope)) return { by: "systemd-run", within: scope, env: {} }
    const heap = Math.floor(bytes / 2 / 1024 / 1024)
    const env = { NODE_OPTIONS: `--max-old-space-size=${heap}` }
    return { by: "a smaller heap only", within: [], env }
  })
