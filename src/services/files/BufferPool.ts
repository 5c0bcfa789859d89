/**
 * Buffers for the transfers of one server, from memory of a bounded size. The less of it is free, the smaller the
 * buffers are, so that many transfers share it; who gets none uses a buffer of its own of `smallestBuffer` bytes
 * (directory/RangeReader), so that no transfer ever waits for another.
 */

/** The size of the largest buffer: 512 KiB. Larger reads of a file gain nothing. */
export const largestBuffer = 512 * 1024

/** The size of the smallest buffer: 16 KiB. Buffers have this size times a power of two. */
export const smallestBuffer = 16 * 1024

/** A buffer of the pool. */
export interface PooledBuffer {
  readonly bytes: Uint8Array
  /** Gives it back; must be called once, when neither a read nor a write uses it any more. */
  readonly release: () => void
}

/** A pool of buffers. */
export interface BufferPool {
  /** A buffer of `wanted` bytes, or of fewer where little memory is left; `undefined` where none is. */
  readonly take: (wanted: number) => PooledBuffer | undefined
}

/** Memory of one largest buffer, which is given out whole or in parts; a bit for each smallest buffer in it. */
interface Slab {
  readonly memory: Uint8Array
  used: number
}

const unitsPerSlab = largestBuffer / smallestBuffer

/** A buffer gets at most this part of the memory that is free. With 16 MiB, twelve transfers get two of the largest each. */
const share = 16

/** How many unused slabs are kept; further ones are left to the garbage collector. */
const spareSlabs = 4

const powerOfTwoFrom = (count: number): number => 2 ** Math.ceil(Math.log2(count))
const powerOfTwoUpTo = (count: number): number => 2 ** Math.floor(Math.log2(count))

/** The bits of `units` buffers of the smallest size. */
const bitsOf = (units: number): number => (units === unitsPerSlab ? -1 : (1 << units) - 1)

/** Where in a slab a buffer of so many units is free, in units; `undefined` where none is. */
const freeAt = ({ used }: Slab, units: number): number | undefined => {
  const bits = bitsOf(units)
  for (let index = 0; index < unitsPerSlab; index += units)
    if ((used & (bits << index)) === 0) return index
  return undefined
}

/** A pool of at most `capacity` bytes, of which whole slabs of 512 KiB are used. */
export const makeBufferPool = (capacity: number): BufferPool => {
  const mostSlabs = Math.floor(capacity / largestBuffer)
  const slabs = new Set<Slab>()
  let free = mostSlabs * unitsPerSlab

  const release = (slab: Slab, index: number, units: number) => (): void => {
    slab.used &= ~(bitsOf(units) << index)
    free += units
    if (slab.used !== 0) return
    let unused = 0
    for (const { used } of slabs) if (used === 0) unused += 1
    if (unused > spareSlabs) slabs.delete(slab)
  }

  const give = (slab: Slab, index: number, units: number): PooledBuffer => {
    slab.used |= bitsOf(units) << index
    free -= units
    const start = index * smallestBuffer
    return {
      bytes: slab.memory.subarray(start, start + units * smallestBuffer),
      release: release(slab, index, units)
    }
  }

  /** A buffer of so many units, from a slab in use if there is room in one. */
  const takeUnits = (units: number): PooledBuffer | undefined => {
    for (const slab of slabs) {
      const index = freeAt(slab, units)
      if (index !== undefined) return give(slab, index, units)
    }
    if (slabs.size === mostSlabs) return undefined
    const slab: Slab = { memory: new Uint8Array(largestBuffer), used: 0 }
    slabs.add(slab)
    return give(slab, 0, units)
  }

  return {
    take: (wanted) => {
      if (free === 0) return undefined
      const needed = powerOfTwoFrom(Math.min(unitsPerSlab, Math.ceil(wanted / smallestBuffer)))
      const fair = powerOfTwoUpTo(Math.max(1, Math.floor(free / share)))
      for (let units = Math.min(needed, fair); units >= 1; units /= 2) {
        const buffer = takeUnits(units)
        if (buffer !== undefined) return buffer
      }
      return undefined
    }
  }
}
