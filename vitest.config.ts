import { defineConfig } from "vitest/config"

const everyday = "test/**/*.test.ts"
const long = "test/**/*.long.test.ts"
const s3 = "test/s3/**/*.s3.test.ts"

/**
 * Three suites: `everyday` is what `npm test` runs; `long` is `npm run test:long`, whose tests take
 * minutes or measure the machine, and so run one file at a time; `s3` is `npm run test:s3`, over a
 * real Ceph, which it starts.
 *
 * Test files have a process each (`forks`): they open sockets, start children and look at the heap.
 * Nothing is ever retried: a test that fails now and then has found something.
 */
export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    retry: 0,
    globalSetup: "test/support/setup/bundle.ts",
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "everyday",
          include: [everyday],
          exclude: [long, s3],
          globalSetup: "test/support/setup/leftOut.ts",
          // By default half of the cores are left to others, and on a machine of two the suite takes twice as long.
          maxWorkers: 2,
          testTimeout: 20_000,
          hookTimeout: 20_000
        }
      },
      {
        extends: true,
        test: {
          name: "long",
          include: [long],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 60_000
        }
      },
      {
        extends: true,
        test: {
          name: "s3",
          include: [s3],
          globalSetup: "test/s3/cluster.ts",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000
        }
      }
    ]
  }
})
