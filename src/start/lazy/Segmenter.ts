/**
 * A stand-in for `Intl.Segmenter` that makes one when there is something to segment. effect/cli makes one as it is
 * loaded, for pages of help, which takes 10 ms. The bundle has this in its place (rolldown.config.ts).
 */

// The build replaces `Intl.Segmenter`; written like this, it is not replaced here.
const { Segmenter: NodeSegmenter } = Intl

/** Has the constructor of `Intl.Segmenter` and its `segment`. */
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
