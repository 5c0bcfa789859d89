/**
 * A cache of compiled code in the user's folder for caches, which Node itself keeps (nodejs.org/api/module.html,
 * module.enableCompileCache): the first run fills it as it ends. Node 20 has none.
 */
import { join } from "node:path"

/** The name of our folder among those of other programs. */
const own = "sockets-client-server"

/** The user's folder for caches (XDG Base Directory Specification; on macOS and Windows the system's own convention). */
const cacheHome = (): string => {
  const { LOCALAPPDATA: local, XDG_CACHE_HOME: xdg } = process.env
  // Loaded here: a start with the build's own cache does not need it.
  const { homedir } = process.getBuiltinModule("node:os")
  if (process.platform === "win32") return local ?? join(homedir(), "AppData", "Local")
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches")
  return xdg !== undefined && xdg.startsWith("/") ? xdg : join(homedir(), ".cache")
}

/** Has modules that are loaded from now on compiled with that cache; a folder that cannot be written is no error. */
export const useUserCache = (): void => {
  try {
    process.getBuiltinModule("node:module").enableCompileCache?.(join(cacheHome(), own))
  } catch {
    // No home: then without a cache.
  }
}
