/** Functions and classes of Node that are loaded when they are first called. */

/** Stands for what `load` gives, called or made with `new`. */
export const lazy = <A extends Function>(load: () => A): A => {
  // Only what stands for a function can be called. Nothing else of it is ever seen.
  const standIn: Function = function () {}
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whatever is done with it is done with what is loaded
  return new Proxy(standIn as A, {
    apply: (_, self, given): unknown => Reflect.apply(load(), self, given),
    // oxlint-disable-next-line typescript/no-unsafe-return -- an object, or it throws
    construct: (_, given): object => Reflect.construct(load(), given),
    get: (_, key): unknown => Reflect.get(load(), key)
  })
}
