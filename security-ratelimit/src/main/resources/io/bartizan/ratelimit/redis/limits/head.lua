-- Decides requests of one or many keys, each as if alone, in the order in which they came. This file,
-- those of the algorithms that are asked for, and tail.lua are one script.
--
-- KEYS  one per subject
-- ARGV  now in microseconds, or '' for the server's clock
--       the number of limits, then for each its algorithm's letter and numbers
--       for each key its requests: a number n (take n once), or words such as 'a3x10' (take 3, ten
--       times), 'p3x1' (peek), 'r3x1' (refund), 'o3x1' (charge 3 after the fact, then peek 1),
--       'v3x500' (reserve 3 if the wait is at most 500 us),
--       'c3x17:0,18:5' (cancel a reservation of 3 that ended at these marks of the limits)
--       before the requests of a key whose limits have other numbers than those of the key before:
--       '=', and those limits as above
-- gives now, then for each key what bind() in tail.lua tells of a larger definition, if one binds, each
--       limit's state, and for each request how many times it was granted; if it gave back or charged,
--       each limit's state after that. What follows from a state is no work of this script, but for
--       the exact log. Or -1 and now, if now lies outside the windows that were sent; or for a key -1,
--       if it holds something else, -2 if it is of another type.
--
-- A key is a string of doubles: the time of the last change, and for each limit what was counted and
-- the numbers it was counted by. Where limits of two definitions met at the key, the moment of it and
-- the other definition's count of the same permits follow; a log's entries come last. No key means
-- nothing consumed. Every number is whole and below 2^53, but for a bucket's count by the other
-- definition. The arithmetic is that of the Java classes; LuaDifferentialIT compares them.

local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local pack, unpack_doubles = struct.pack, struct.unpack
local call = redis.call

-- Expiry counts whole milliseconds from the start of the script, hence two more of them. It knows
-- nothing of a time that was sent, hence a day more.
local now, grace = tonumber(ARGV[1]), 86400000
if not now then
  local time = call('TIME')
  now, grace = time[1] * 1000000 + time[2], 2
end

-- The last argument that was read. Before the limits of the present key it was `defined`, and so many
-- keys were `skipped`.
local arg, defined, skipped = 1, 1, 0

local function word()
  arg = arg + 1
  return ARGV[arg]
end

local function number()
  arg = arg + 1
  return tonumber(ARGV[arg])
end

local out, filled, decided = {now}, 1, 0

-- The algorithms by their letters. Each has
--   new(), define(values, at)    its numbers, as sent or as saved
--   knows(values, at)            whether saved numbers are its own
--   load(values, at, last), clear(), save(values, at)
--   meet(before)                 begins with what another definition counted
--   room(n, count, wait), take(n, k), give(n), show(out, filled)
--   also(n, k)                   takes what another definition granted
--   owe(n)                       takes what was used already, whether it fits or not
--   idle(), life()               microseconds until nothing counts; the same when all was taken
--   ahead(now_counting)          whether more counts than one that met that one now would count
--   outlasts(now_counting)       whether permits count longer than in that one
local algorithms = {}

-- What charges after the fact let a count grow to, and the longest debt of a bucket: 36 525 days.
local most_owed, longest_debt = 4000000000000, 3155760000000000

-- Doubles are exact below it.
local highest = 9007199254740992

-- What a limit with a log behind the doubles needs from tail.lua.
local rings, size, place, move = {}, 1, nil, nil
