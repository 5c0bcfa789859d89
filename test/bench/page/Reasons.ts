/** Why a row falls short, for the page to say beside it; said only while it does. */

/** By the rows' names, each a sentence or two. */
export const reasons: ReadonlyMap<string, string> = new Map<string, string>([
  [
    "time-50",
    "Half of the processor's time is the system's, to write the answers (`node --cpu-prof`); a server of `node:net` alone takes nearly as much (`time-50-bare`). All sockets receive into one buffer here, which is a fifth less than the version before, in turn on the same machine."
  ],
  ["time-p16", "As `time-50`; of the other half, collecting garbage takes a sixth."],
  [
    "files-1k",
    "Two fifths of the processor's time are the system's, to write the answers, a quarter is the one `lstat` by which no file is ever stale, and an eighth collects garbage (`node --cpu-prof`). Tried without gain: paths as bytes, collecting with one thread, the numbers by which a file is known to be the same side by side in memory, an order of use that is marked and not linked (1 %), and a young generation of 2 or 4 MiB; one of 16 MiB takes 18 MiB of memory for a twelfth of the time."
  ],
  [
    "file-1g-http",
    "Both are sent by the same code and the same system calls (2,048 reads of 512 KiB, `strace -c`); asked of one server in turn, 24 times, the medians of rate and processor's time were within 3 % of each other. Where they differed most (0.71, too noisy to tell), neither the server nor the sink was busy for half of the time."
  ],
  [
    "idle",
    "A bare `node:net` connection takes 4 kB of this; the fiber, its Stream and what it has to remember take the rest."
  ],
  [
    "one-shot",
    "A third is Node's own start; the rest is reading back compiled code (a fifth), Effect's modules and the command line. Tried without gain: a V8 start-up snapshot, a file without the server's half, modules that are compiled only when they run (a cache of 1.39 MB in place of 1.64, and the same time), schemas of commands made when they are asked for, collecting garbage with one thread, feedback from the first call on, a checksum without `node:zlib` (to load that takes 2 to 3 ms, to sum in JavaScript 3 to 6), and a young generation that grows at once, which saves two collections and takes as long for new pages of memory."
  ],
  [
    "start",
    "As `one-shot`: Node, compiled code, which has a cache of its own, and Effect's modules take most of it. A bare server of `node:net` takes 4.6 times redis-server's processor time to its first answer, so that the reach is nearly Node's own start."
  ],
  [
    "tls-new",
    "A bare `tls.createServer` of Node takes nearly half more than nginx itself; the rest is the connection's fiber and its answer. What surrounds the handshake takes about a seventh of ours: left out together, for a measurement, were its bounded time, the count of key changes, the look at the first byte and the bounded wait for the client to close. To bare Node the count and the look add less than rounds differ by."
  ],
  [
    "tls-resumed",
    "As `tls-new`; the less a handshake takes, the more the connection itself counts."
  ],
  [
    "connections-10000",
    "A fifth of the processor's time collects garbage, and two fifths are the system's (`perf`). Tried: a young generation of 2, 4, 8 and 16 MiB, without gain; fibers that keep no asynchronous context of Node's, and counts and routes that are found in a Map, which together took a tenth."
  ],
  [
    "workers-2",
    "One worker alone already keeps 1.07 processors busy, for V8 collects garbage and compiles beside it, so that two processors have 1.87 times as much for two, less what the load takes. Tried: a question ten times as large, beside which the load is nothing (1.78); the one worker kept to one processor (1.84); collecting garbage with one thread (1.83)."
  ]
])
