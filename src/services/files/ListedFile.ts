/**
 * What a list with details says of a file, as the text whose SHA-256 stands for the list: a client that has the list asks
 * whether it is still that one (LISTAR … COM detalhes RESUMO soma), and is spared a page of which nothing changed.
 */

/**
 * One file of a list: size in bytes, time of the last change in milliseconds since 1970, version, and name, which may hold
 * anything but a NUL. The digest of a list is that of the texts of its files, in their order, in UTF-8.
 */
export const listedText = (file: {
  readonly size: number
  readonly modified: number
  readonly version: string
  readonly name: string
}): string => `${file.size} ${file.modified} ${file.version} ${file.name}\0`
