-- Permits that are held for a time: a sorted set with one member for each permit, scored by the
-- microsecond in which its lease ends.
--
-- KEYS  the subject's
-- ARGV  'acquire', 'renew' or 'release'
--       the lease's random name
--       how many permits it is of
--       how many permits may be held
--       how long a lease is in microseconds
--       now in microseconds, or '' for the server's clock
-- gives 1 or 0, whether that was done (a lease that ended is not renewed), and how many are held

local call = redis.call
local key, verb, name = KEYS[1], ARGV[1], ARGV[2]
local permits, most, lease = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local now = tonumber(ARGV[6])
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end

local function text(number) return string.format('%.0f', number) end

local function member(i) return ARGV[5] .. ':' .. name .. ':' .. i end

local function held() return call('ZCOUNT', key, '(' .. text(now), '+inf') end

-- No lease ends later than its own length from now; where one does, the clock was stepped back.
local function clamp()
  local later = call('ZRANGEBYSCORE', key, '(' .. text(now + lease), '+inf', 'WITHSCORES')
  for i = 1, #later, 2 do
    local latest = now + tonumber(string.match(later[i], '^%d+'))
    if tonumber(later[i + 1]) > latest then call('ZADD', key, text(latest), later[i]) end
  end
end

local function hold()
  local ends = text(now + lease)
  for i = 1, permits do call('ZADD', key, ends, member(i)) end
  -- The key lives as long as its longest lease; expiry counts whole milliseconds.
  local millis = math.ceil(lease / 1000) + 1
  if call('PTTL', key) < millis then call('PEXPIRE', key, text(millis)) end
end

if verb == 'release' then
  for i = 1, permits do call('ZREM', key, member(i)) end
  return {1, held()}
end

clamp()

if verb == 'renew' then
  for i = 1, permits do
    local ends = call('ZSCORE', key, member(i))
    if not ends or tonumber(ends) <= now then return {0, held()} end
  end
  hold()
  return {1, held()}
end

local before = held()
if before + permits > most then return {0, before} end
-- What would need memory comes first: once a script has written, Redis refuses none of its writes.
hold()
call('ZREMRANGEBYSCORE', key, '-inf', text(now))
return {1, before + permits}
