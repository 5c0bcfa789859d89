/**
 * Names in the order of their hashes, packed: 12 bytes each besides their UTF-8. They are kept between the calls of a
 * scan: as strings, a million of them held the event loop for 15 to 20 ms whenever V8 copied them.
 */
import { type FileName, fromText } from "../../../domain/FileName.ts"
import { packTexts, type PackedTexts, textAt } from "../PackedTexts.ts"

/** A name and its hash, of 40 bits. */
export interface HashedName {
  readonly name: FileName
  readonly hash: number
}

/** Names that were found, in the order of their hashes. */
export interface HashedNames {
  /** Those whose hash is this one or greater, each made as it is asked for. Names of one hash come in no order. */
  readonly from: (hash: number) => Iterable<HashedName>
}

/** Takes names as they are found. */
export interface NameHasher {
  readonly add: (name: FileName) => void
  /** All that were added. No other may be. */
  readonly finish: () => HashedNames
}

/**
 * Names are put on shelves by the first 12 bits of their hash; a shelf is sorted when it is read, so that no call sorts a
 * million.
 */
const shelves = 4096
const restRange = 2 ** (40 - 12)
const shelfOf = (hash: number): number => Math.floor(hash / restRange)

/** Names that are packed together, in the order in which they were found. */
const together = 1024

interface Pack {
  readonly texts: PackedTexts
  /** The rest of each name's hash, after what tells its shelf. */
  readonly rests: Uint32Array
  /** The place of the name that was put on the same shelf before it; -1 where it was the first. */
  readonly before: Int32Array
}

/** No names yet; they will be in the order of `hashOf`, which gives whole numbers below 2⁴⁰. */
export const makeNameHasher = (hashOf: (name: string) => number): NameHasher => {
  const packs: Array<Pack> = []
  /** The place of the last name of each shelf. A place is a number of a pack, and an index in it. */
  const lasts = new Map<number, number>()
  let texts: Array<FileName> = []
  let rests: Array<number> = []
  let before: Array<number> = []

  const pack = () => {
    packs.push({
      texts: packTexts(texts),
      rests: new Uint32Array(rests),
      before: new Int32Array(before)
    })
    texts = []
    rests = []
    before = []
  }

  const packOf = (place: number): Pack | undefined => packs[Math.floor(place / together)]
  const restAt = (place: number): number => packOf(place)?.rests[place % together] ?? 0

  const placesOn = (shelf: number): Array<number> => {
    const places: Array<number> = []
    let place = lasts.get(shelf) ?? -1
    while (place !== -1) {
      places.push(place)
      place = packOf(place)?.before[place % together] ?? -1
    }
    return places
  }

  return {
    add: (name) => {
      const hash = hashOf(name)
      const shelf = shelfOf(hash)
      rests.push(hash % restRange)
      before.push(lasts.get(shelf) ?? -1)
      lasts.set(shelf, packs.length * together + texts.push(name) - 1)
      if (texts.length === together) pack()
    },
    finish: () => {
      if (texts.length > 0) pack()
      return {
        *from(first) {
          for (let shelf = shelfOf(first); shelf < shelves; shelf++) {
            const places = placesOn(shelf).sort((one, other) => restAt(one) - restAt(other))
            for (const place of places) {
              const hash = shelf * restRange + restAt(place)
              if (hash < first) continue
              const pack = packOf(place)
              const name = pack && fromText(textAt(pack.texts, place % together) ?? "")
              if (name !== undefined) yield { name, hash }
            }
          }
        }
      }
    }
  }
}
