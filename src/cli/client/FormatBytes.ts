/** Numbers of bytes for people. */

const units = ["B", "KiB", "MiB", "GiB", "TiB"]

/** A number of bytes in the unit that fits, as `12.3 MiB`. */
export const formatBytes = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const amount = bytes / 1024 ** power
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power] ?? ""}`
}
