/** Stand-ins for functions and classes of Node, which are loaded when they are first used. */

/** A stand-in for the function or class that `load` returns: may be called, made with `new`, or read from. */
export const lazy = <A extends Function>(load: () => A): A => {
  // The target of a Proxy must be a function for the Proxy to be callable.
  const standIn: Function = function () {}
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every operation is passed on to what is loaded
  return new Proxy(standIn as A, {
    apply: (_, self, given): unknown => Reflect.apply(load(), self, given),
    // oxlint-disable-next-line typescript/no-unsafe-return -- an object, or it throws
    construct: (_, given): object => Reflect.construct(load(), given),
    get: (_, key): unknown => Reflect.get(load(), key)
  })
}
