/**
 * `Intl.Segmenter`, made when there is something to segment. effect/cli makes one as it is loaded, for pages of help,
 * which takes 10 ms. The bundle has this in its place.
 */

// Taken out of `Intl` like this, it is not itself replaced.
const { Segmenter: NodeSegmenter } = Intl

/** Is given what `Intl.Segmenter` is. */
export class Segmenter {
  readonly #make: () => Intl.Segmenter
  #made: Intl.Segmenter | undefined

  constructor(...given: ConstructorParameters<typeof Intl.Segmenter>) {
    this.#make = () => new NodeSegmenter(...given)
  }

  segment(text: string): Intl.Segments {
    this.#made ??= this.#make()
    return this.#made.segment(text)
  }
}
