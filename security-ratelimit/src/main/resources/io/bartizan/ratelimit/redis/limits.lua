-- Decides checks of one or many keys, each as if alone, in the order in which they came.
--
-- KEYS  one per subject
-- ARGV  now in microseconds, or '' for the server's clock
--       the number of limits, then for each its algorithm's letter and numbers
--       for each key its requests: a number n (take n once), or words such as 'a3x10' (take 3, ten
--       times), 'p3x1' (peek), 'r3x1' (refund), 'v3x500' (reserve 3 if the wait is at most 500 us)
-- gives now, then for each key what each limit showed before the first request and for each request
--       how many times it was granted
--
-- A key holds the time of its last change and each limit's words. No key means nothing consumed.
-- Numbers are doubles: every value stays a whole number below 2^53. Why that holds: TokenBucket.java.

local floor = math.floor
local whole = function(number) return string.format('%.0f', number) end

-- Token bucket ---------------------------------------------------------------------------------
-- The backlog (time until full) is a pair: microseconds and a rest in units, `scale` of which are
-- one microsecond. A word of state is 'us rest tag'; the tag tells what a permit cost then.

-- n times the pair (us, rest), without leaving 2^53
local function times(n, us, rest, scale)
  if rest == 0 then return n * us, 0 end
  local quotient = floor(n / scale)
  local product = (n - quotient * scale) * rest
  local carry = floor(product / scale)
  return n * us + quotient * rest + carry, product - carry * scale
end

local bucket = {}
bucket.__index = bucket

function bucket.new(at)
  local self = setmetatable({}, bucket)
  self.tag = ARGV[at + 1]
  self.capacity = tonumber(ARGV[at + 2])
  self.scale = tonumber(ARGV[at + 3])
  self.cost, self.cost_rest = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  self.full, self.full_rest = tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7])
  return self, at + 8
end

function bucket:clear()
  self.us, self.rest = 0, 0
end

function bucket:load(words, at, elapsed)
  local us, rest = tonumber(words[at]) - elapsed, tonumber(words[at + 1])
  if us < 0 then us, rest = 0, 0 end
  local tag = words[at + 2]
  if tag ~= self.tag and (us > 0 or rest > 0) then
    -- The limit was changed: the same permits stay consumed, rounded up to a microsecond.
    local cost, cost_rest, scale = string.match(tag, '^(%d+)%+(%d+)/(%d+)$')
    local permits = (us + rest / scale) / (cost + cost_rest / scale)
    us, rest = math.ceil(permits * (self.cost + self.cost_rest / self.scale)), 0
  end
  self.us, self.rest = us, rest
  return at + 3
end

function bucket:save()
  return whole(self.us) .. ' ' .. self.rest .. ' ' .. self.tag
end

function bucket:show(out)
  out[#out + 1] = self.us
  out[#out + 1] = self.rest
end

-- how many times n permits fit, at most `count`, if the wait for them is at most `wait`
function bucket:room(n, count, wait)
  if n > self.capacity then return 0 end
  local scale = self.scale
  local us, rest = self.full + wait - self.us, self.full_rest - self.rest
  if rest < 0 then us, rest = us - 1, rest + scale end
  if us < 0 then return 0 end
  local cost, cost_rest = times(n, self.cost, self.cost_rest, scale)
  if count == 1 then
    return (cost < us or (cost == us and cost_rest <= rest)) and 1 or 0
  end
  local function fits(k)
    local all, all_rest = times(k, cost, cost_rest, scale)
    return all < us or (all == us and all_rest <= rest)
  end
  local k = math.min(count, floor((us * scale + rest) / (cost * scale + cost_rest)))
  while not fits(k) do k = k - 1 end
  while k < count and fits(k + 1) do k = k + 1 end
  return k
end

function bucket:take(n, k)
  local us, rest = times(n, self.cost, self.cost_rest, self.scale)
  us, rest = times(k, us, rest, self.scale)
  us, rest = self.us + us, self.rest + rest
  if rest >= self.scale then us, rest = us + 1, rest - self.scale end
  self.us, self.rest = us, rest
end

function bucket:give(n)
  local us, rest = times(n, self.cost, self.cost_rest, self.scale)
  us, rest = self.us - us, self.rest - rest
  if rest < 0 then us, rest = us - 1, rest + self.scale end
  if us < 0 then us, rest = 0, 0 end
  self.us, self.rest = us, rest
end

-- microseconds until nothing counts any more
function bucket:idle()
  return self.rest > 0 and self.us + 1 or self.us
end

-- All algorithms -------------------------------------------------------------------------------

local algorithms = {B = bucket.new}

local now
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
else
  now = tonumber(ARGV[1])
end

local limits, at = {}, 3
for i = 1, tonumber(ARGV[2]) do
  limits[i], at = algorithms[ARGV[at]](at)
end
local several = #limits > 1
local first = limits[1]

local function room(n, count, wait)
  local k = first:room(n, count, wait)
  if several then
    for i = 2, #limits do
      if k == 0 then return 0 end
      k = limits[i]:room(n, k, wait)
    end
  end
  return k
end

local function take(n, k)
  first:take(n, k)
  if several then
    for i = 2, #limits do limits[i]:take(n, k) end
  end
end

local out = {now}

for i = 1, #KEYS do
  local key = KEYS[i]
  local state = redis.call('GET', key)
  local changed = false
  if state then
    local words, n = {}, 0
    for word in string.gmatch(state, '%S+') do
      n = n + 1
      words[n] = word
    end
    local elapsed = now - words[1]
    if elapsed < 0 then
      -- The server's clock was stepped back: go on counting from its new time.
      elapsed, changed = 0, true
    end
    local position = 2
    for l = 1, #limits do position = limits[l]:load(words, position, elapsed) end
  else
    for l = 1, #limits do limits[l]:clear() end
  end
  for l = 1, #limits do limits[l]:show(out) end

  local requests = ARGV[at + i - 1]
  local single = tonumber(requests)
  if single then
    local k = room(single, 1, 0)
    if k > 0 then
      take(single, 1)
      changed = true
    end
    out[#out + 1] = k
  else
    for kind, n, count in string.gmatch(requests, '(%a)(%d+)x(%d+)') do
      n, count = tonumber(n), tonumber(count)
      local k
      if kind == 'a' then
        k = room(n, count, 0)
        if k > 0 then take(n, k) end
        changed = changed or k > 0
      elseif kind == 'p' then
        k = room(n, 1, 0)
      elseif kind == 'v' then
        k = room(n, 1, count)
        if k > 0 then take(n, 1) end
        changed = changed or k > 0
      else
        for l = 1, #limits do limits[l]:give(n) end
        k, changed = 1, changed or state ~= false
      end
      out[#out + 1] = k
    end
  end

  if changed then
    local idle, saved = 0, {whole(now)}
    for l = 1, #limits do
      idle = math.max(idle, limits[l]:idle())
      saved[l + 1] = limits[l]:save()
    end
    if idle == 0 then
      redis.call('DEL', key)
    else
      -- Two milliseconds more, for expiry counts whole ones from the start of the script.
      redis.call('SET', key, table.concat(saved, ' '), 'PX', math.ceil(idle / 1000) + 2)
    end
  end
end

return out
