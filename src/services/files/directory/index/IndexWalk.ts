/**
 * Visits the files of a shared folder in the order of the bytes of their names, after any name and within any prefix,
 * and skips folders that cannot contain such names. The caller (FileIndex) steps it and decides for how long. Whether
 * the kept names of a folder are current: Folders; where a link leads: LinkRules.
 */
import { Effect } from "effect"
import type { StoreUnavailable } from "../../../../domain/Errors.ts"
import type { FolderNames } from "./FolderNames.ts"
import type { Folder, Place } from "./FolderReader.ts"
import type { Folders } from "./Folders.ts"

/** Which names are visited. */
export interface Range {
  /** Only names that sort after this text; "" for all. */
  readonly after: string
  /** Only names that begin with this text. */
  readonly prefix: string
}

/** All names. */
export const everything: Range = { after: "", prefix: "" }

/** The longest run where no names are made of it. */
export const wholeFolder: number = Number.POSITIVE_INFINITY

/** Files of one folder that come one after the other: the keys of `names` from one index to another, that one not included. */
export interface Run {
  readonly names: FolderNames
  /** What stands before each of the keys in a file's name: "", or a folder and `/`. */
  readonly prefix: string
  readonly from: number
  readonly to: number
}

/** What comes next: files, an effect to be run before the next step, or `undefined` at the end. Files may be none. */
export type Step = Run | Effect.Effect<void, StoreUnavailable> | undefined

/** What links are to a walk. An effect in place of an answer is run, and the question asked again. */
export interface LinkRules {
  /** Whether files of a folder are visited; `under` is the link by which the walk came to it, if by one. */
  readonly enters: (folder: Folder, under: string | undefined) => boolean
  /** Whether a link stands for a file. It is asked before `folderAt` is asked for the same link, if that is. */
  readonly isFile: (link: Place) => boolean | Effect.Effect<void, StoreUnavailable>
  /** Where the folder lies whose files are visited under the link's name, if there is one. */
  readonly folderAt: (link: Place) => string | Effect.Effect<void, StoreUnavailable> | undefined
}

/** A folder that is being visited. */
interface Frame {
  readonly names: FolderNames
  readonly path: string
  readonly prefix: string
  /** The link by which the walk came to it or to a folder around it. */
  readonly under: string | undefined
  /** Which of its names are visited, as seen from it. */
  readonly range: Range
  /** The next key, and where to end. */
  next: number
  readonly end: number
  /** The number of the next special key. */
  special: number
}

const encoder = new TextEncoder()

/** The first part of a text, with the `/` after it where there is one. */
const headOf = (text: string): string => text.slice(0, text.indexOf("/") + 1) || text

/** The least bytes that sort after all that begin with these. UTF-8 has no byte 0xFF. */
const behind = (bytes: Uint8Array): Uint8Array => {
  const next = bytes.slice()
  next[next.length - 1] = (next.at(-1) ?? 0) + 1
  return next
}

/** The indexes of the keys that a range may have names of: from the first to the second, that one not included. */
const keysWithin = (names: FolderNames, { after, prefix }: Range): readonly [number, number] => {
  let [next, end] = [0, names.length]
  if (prefix !== "") {
    const head = headOf(prefix)
    const bytes = encoder.encode(head)
    next = names.indexOf(bytes)
    end = head.endsWith("/")
      ? next + (names.isAt(next, bytes) ? 1 : 0)
      : names.indexOf(behind(bytes))
  }
  if (after !== "") {
    const head = headOf(after)
    next = Math.max(next, names.indexOf(encoder.encode(head), !head.endsWith("/")))
  }
  return [next, end]
}

/** A range as it is seen from the folder that has this key. */
const rangeBelow = ({ after, prefix }: Range, key: string): Range => ({
  after: after.startsWith(key) ? after.slice(key.length) : "",
  prefix: prefix.startsWith(key) ? prefix.slice(key.length) : ""
})

/** One walk. */
export class IndexWalk {
  readonly #folders: Folders
  readonly #links: LinkRules
  readonly #longestRun: number
  readonly #frames: Array<Frame> = []
  #begin: (() => Step) | undefined

  /**
   * Visits what is in the folder at `start`, whose name is that of a link, or "" for the shared folder itself. A run has
   * no more than `longestRun` files.
   */
  constructor(folders: Folders, links: LinkRules, start: Place, range: Range, longestRun: number) {
    this.#folders = folders
    this.#links = links
    this.#longestRun = longestRun
    this.#begin = () => this.#enter(start, start.name === "" ? undefined : start.name, range)
  }

  /** Goes on; throws and fails as FolderReader's `read`. */
  step(): Step {
    if (this.#begin !== undefined) {
      const begin = this.#begin
      this.#begin = undefined
      return begin()
    }
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (frame.next < frame.end) return this.#next(frame)
      this.#frames.pop()
    }
    return undefined
  }

  #next(frame: Frame): Step {
    const { names, next } = frame
    const special = names.specialAt(frame.special)
    if (next < special) {
      frame.next = Math.min(frame.end, special, next + this.#longestRun)
      return this.#run(frame, next, frame.next)
    }
    frame.next += 1
    frame.special += 1
    const key = names.keyAt(next)
    const isFolder = key.endsWith("/")
    const part = isFolder ? key.slice(0, -1) : key
    const place = { name: frame.prefix + part, path: `${frame.path}/${part}` }
    if (!names.isLinkAt(frame.special - 1)) {
      return this.#enter(place, frame.under, rangeBelow(frame.range, key))
    }
    const led = isFolder ? this.#links.folderAt(place) : this.#links.isFile(place)
    if (Effect.isEffect(led)) {
      frame.next -= 1
      frame.special -= 1
      return led
    }
    return typeof led === "string"
      ? this.#enter({ ...place, path: led }, place.name, rangeBelow(frame.range, key))
      : this.#run(frame, next, led === true ? next + 1 : next)
  }

  #run({ names, prefix }: Frame, from: number, to: number): Run {
    return { names, prefix, from, to }
  }

  /** Looks at a folder; what is in it comes next. */
  #enter(
    place: Place,
    under: string | undefined,
    range: Range
  ): Run | Effect.Effect<void, StoreUnavailable> {
    const begin = (folder: Folder): Frame => {
      const isEntered = this.#links.enters(folder, under)
      const [next, end] = isEntered ? keysWithin(folder.names, range) : [0, 0]
      const frame: Frame = {
        names: folder.names,
        path: place.path,
        prefix: place.name === "" ? "" : `${place.name}/`,
        under,
        range,
        next,
        end,
        special: folder.names.specialFrom(next)
      }
      this.#frames.push(frame)
      return frame
    }
    const folder = this.#folders.visit(place)
    return Effect.isEffect(folder)
      ? Effect.map(folder, (read) => void begin(read))
      : this.#run(begin(folder), 0, 0)
  }
}
