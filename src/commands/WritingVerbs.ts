/** The commands with which Redis's clients write. Parser.ts answers them with ReadOnlyServer, and not as unknown commands. */

/** Redis's names, in lower case (redis-server 7.0.15: COMMAND LIST FILTERBY ACLCAT write, and BGSAVE, BGREWRITEAOF and SAVE). */
export const writingVerbs: ReadonlySet<string> = new Set(
  `append bgrewriteaof bgsave bitfield bitop blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin copy decr
  decrby del expire expireat flushall flushdb geoadd georadius georadiusbymember geosearchstore getdel getex getset
  hdel hexpire hincrby hincrbyfloat hmset hset hsetnx incr incrby incrbyfloat linsert lmove lmpop lpop lpush lpushx
  lrem lset ltrim migrate move mset msetnx persist pexpire pexpireat pfadd pfmerge psetex publish rename renamenx restore rpop
  rpoplpush rpush rpushx sadd save sdiffstore set setbit setex setnx setrange sinterstore smove sort spop spublish srem
  sunionstore swapdb unlink xack xadd xautoclaim xclaim xdel xgroup xreadgroup xsetid xtrim zadd zdiffstore zincrby
  zinterstore zmpop zpopmax zpopmin zrangestore zrem zremrangebylex zremrangebyrank zremrangebyscore zunionstore`.split(
    /\s+/
  )
)
