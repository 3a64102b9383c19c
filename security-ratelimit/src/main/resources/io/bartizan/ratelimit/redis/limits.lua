-- Decides checks of one or many keys, each as if alone, in the order in which they came.
--
-- KEYS  one per subject
-- ARGV  now in microseconds, or '' for the server's clock
--       the number of limits, then for each its algorithm's letter and numbers
--       for each key its requests: a number n (take n once), or words such as 'a3x10' (take 3, ten
--       times), 'p3x1' (peek), 'r3x1' (refund), 'v3x500' (reserve 3 if the wait is at most 500 us),
--       'c3x17:0,18:5' (cancel a reservation of 3 that ended at these marks of the limits)
-- gives now, then for each key what each limit shows, and for each request how many times it was
--       granted: if fewer times than asked, then each limit's wait; if it gave back, what each
--       limit shows now. Or -1 and now, if now lies outside the windows that were sent.
--
-- A key is a string of doubles: the time of the last change and each limit's values; a log's entries
-- follow. No key means nothing consumed. Every number is whole and below 2^53. The arithmetic is
-- that of the Java classes; LuaDifferentialIT compares them.

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
local arg = 2

local function number()
  arg = arg + 1
  return tonumber(ARGV[arg])
end

-- Token bucket: the backlog (time until full) as microseconds and a rest, `scale` of which are one.

-- n times the pair (us, rest), without leaving 2^53
local function times(n, us, rest, scale)
  if rest == 0 then return n * us, 0 end
  local quotient = floor(n / scale)
  local product = (n - quotient * scale) * rest
  local carry = floor(product / scale)
  return n * us + quotient * rest + carry, product - carry * scale
end

-- how many times a cost fits into the room (us, rest), at most `count`
local function fitting(count, us, rest, cost, cost_rest, scale)
  if rest < 0 then us, rest = us - 1, rest + scale end
  if us < cost or (us == cost and rest < cost_rest) then return 0 end
  if count == 1 then return 1 end
  local function fits(k)
    local all, all_rest = times(k, cost, cost_rest, scale)
    return all < us or (all == us and all_rest <= rest)
  end
  local k = min(count, floor((us * scale + rest) / (cost * scale + cost_rest)))
  while not fits(k) do k = k - 1 end
  while k < count and fits(k + 1) do k = k + 1 end
  return k
end

local out, filled, decided = {now}, 1, 0

-- One token bucket from which only permits are taken: what most calls ask, told without a table or a
-- method, at a third of the cost. At the first key that is anything else the rest of this file goes on.
local function one_bucket()
  local capacity, scale = number(), number()
  local cost, cost_rest, full, full_rest = number(), number(), number(), number()
  local first, first_rest = number(), number()
  local cost_us, full_us = cost + cost_rest / scale, full + full_rest / scale
  local ttl, ttl_of = '', -1
  for i = 1, #KEYS do
    local key, requests = KEYS[i], ARGV[arg + i]
    local n, count = tonumber(requests), 1
    if not n then
      n, count = string.match(requests, '^a(%d+)x(%d+) $')
      if not n then return end
      n, count = tonumber(n), tonumber(count)
    end
    local us, rest = first, first_rest
    local state = call('GET', key)
    if state then
      if #state ~= 40 then return end
      local last, cost_then, full_then
      last, us, rest, cost_then, full_then = unpack_doubles('<ddddd', state)
      if last > now or cost_then ~= cost_us or full_then ~= full_us then return end
      us = us - (now - last)
      if us < 0 then us, rest = 0, 0 end
    end
    local k = 0
    if n <= capacity then
      local price, price_rest = times(n, cost, cost_rest, scale)
      k = fitting(count, full - us, full_rest - rest, price, price_rest, scale)
    end
    out[filled + 1], out[filled + 2], out[filled + 3] = us, rest, k
    filled = filled + 3
    if k > 0 or (not state and first + first_rest > 0) then
      local more, more_rest = times(n * k, cost, cost_rest, scale)
      us, rest = us + more, rest + more_rest
      if rest >= scale then us, rest = us + 1, rest - scale end
      local millis = ceil((rest > 0 and us + 1 or us) / 1000) + grace
      if millis ~= ttl_of then ttl, ttl_of = string.format('%d', millis), millis end
      call('SET', key, pack('<ddddd', now, us, rest, cost_us, full_us), 'PX', ttl)
    end
    decided = i
  end
end

if ARGV[2] == '1' and ARGV[3] == 'B' then
  arg = 3
  one_bucket()
  if decided == #KEYS then return out end
  arg = 2
end

-- The algorithms by their letters, each defined only when it is asked for: most calls need one of
-- them, and defining costs as much as deciding.
local algorithms = {}

algorithms.B = function()
  local bucket = {values = 4, format = 'dddd'}
  bucket.__index = bucket

  function bucket.new(self)
    self.capacity, self.scale = number(), number()
    self.cost, self.cost_rest = number(), number()
    self.full, self.full_rest = number(), number()
    self.first, self.first_rest = number(), number()
    self.cost_us = self.cost + self.cost_rest / self.scale
    self.full_us = self.full + self.full_rest / self.scale
    self.starts_full = self.first == 0 and self.first_rest == 0
  end

  function bucket:clear()
    self.us, self.rest = self.first, self.first_rest
  end

  function bucket:load(values, at, last)
    local us, rest = values[at], values[at + 1]
    local cost_us, full_us = values[at + 2], values[at + 3]
    if now > last then
      us = us - (now - last)
      if us < 0 then us, rest = 0, 0 end
    end
    if cost_us ~= self.cost_us or full_us ~= self.full_us then
      -- The limit was changed: what was consumed stays so in permits, what was reserved ahead in time.
      local backlog = us + rest / self.scale
      local consumed = min(backlog, full_us)
      us = min(self.full, ceil(consumed * self.cost_us / cost_us)) + ceil(backlog - consumed)
      rest = 0
    end
    self.us, self.rest = us, rest
  end

  function bucket:save(values, at)
    values[at], values[at + 1] = self.us, self.rest
    values[at + 2], values[at + 3] = self.cost_us, self.full_us
  end

  function bucket:show(out, n)
    out[n + 1], out[n + 2] = self.us, self.rest
    return n + 2
  end

  -- how many times n permits fit, at most `count`, if the wait for them may be `wait`
  function bucket:room(n, count, wait)
    if n > self.capacity then return 0 end
    local cost, cost_rest = times(n, self.cost, self.cost_rest, self.scale)
    return fitting(
      count, self.full + wait - self.us, self.full_rest - self.rest, cost, cost_rest, self.scale)
  end

  function bucket:take(n, k)
    local us, rest = times(n, self.cost, self.cost_rest, self.scale)
    if k > 1 then us, rest = times(k, us, rest, self.scale) end
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

  -- The mark is the moment, in microseconds and a rest, at which a reservation has flowed back.
  function bucket:cancel(n, at, at_rest)
    local us, rest = times(n, self.cost, self.cost_rest, self.scale)
    local left = at - now
    if left < 0 then return end
    if left < us or (left == us and at_rest < rest) then us, rest = left, at_rest end
    us, rest = self.us - us, self.rest - rest
    if rest < 0 then us, rest = us - 1, rest + self.scale end
    if us < 0 then us, rest = 0, 0 end
    self.us, self.rest = us, rest
  end

  function bucket:wait(_, _, n) return n end -- follows from what was shown

  -- microseconds until nothing counts any more
  function bucket:idle()
    return self.rest > 0 and self.us + 1 or self.us
  end

  return bucket
end

-- What counts whole permits: `used` of them, of which `capacity` may be.
local function class(values)
  local counts = {values = values, format = string.rep('d', values), starts_full = true}
  counts.__index = counts

  function counts:room(n, count)
    if n > self.capacity - self.used then return 0 end
    return min(count, floor((self.capacity - self.used) / n))
  end

  function counts:take(n, k)
    self.used = self.used + n * k
  end

  function counts:give(n)
    self.used = max(0, self.used - n)
  end

  function counts:show(out, n)
    out[n + 1], out[n + 2], out[n + 3] = self.used, self:idle(), self:idle_once_taken()
    return n + 3
  end

  function counts:wait(out, permits, n)
    out[n + 1] = self:retry(permits)
    return n + 1
  end

  return counts
end

-- Token bucket in steps: `step` permits come back at each multiple of the period.
algorithms.S = function()
  local stepped = class(2)

  function stepped.new(self)
    self.capacity, self.step, self.period, self.first = number(), number(), number(), number()
    self.starts_full = self.first == 0
    self.lasted = now % self.period
  end

  function stepped:clear() self.used = self.first end

  function stepped:load(values, at, last)
    local steps = max(0, floor(now / self.period) - floor(last / self.period))
    self.used = max(0, values[at] - steps * self.step)
    self.changed = values[at + 1] ~= self.capacity
    if self.changed then
      -- What was consumed stays so, as far as there is capacity; what was reserved ahead is added.
      local consumed = min(self.used, values[at + 1])
      self.used = min(consumed, self.capacity) + self.used - consumed
    end
  end

  function stepped:save(values, at) values[at], values[at + 1] = self.used, self.capacity end

  function stepped:until_back(permits)
    if permits <= 0 then return 0 end
    return ceil(permits / self.step) * self.period - now % self.period
  end

  function stepped:show(out, n)
    out[n + 1], out[n + 2] = self.used, now % self.period
    return n + 2
  end

  local any_room = stepped.room

  function stepped:room(n, count, wait)
    if n > self.capacity then return 0 end
    if wait > 0 then return self:until_back(self.used + n - self.capacity) <= wait and 1 or 0 end
    return any_room(self, n, count)
  end

  -- The mark is the number of a period and how many permits were used then.
  function stepped:cancel(n, period, used)
    local steps = max(0, floor(now / self.period) - period)
    self:give(min(n, max(0, used - steps * self.step)))
  end

  function stepped:wait(_, _, n) return n end

  function stepped:idle() return self:until_back(self.used) end

  return stepped
end

-- Fixed window: aligned to the epoch, between times that were sent, or open from the first request.
algorithms.F = function()
  local fixed = class(1)

  function fixed.new(self)
    self.capacity, self.period = number(), number()
    self.lasted = now % self.period
    self.start = now - self.lasted
    self.finish = self.start + self.period
  end

  function fixed:clear() self.used = 0 end

  function fixed:load(values, at, last)
    self.used = last < self.start and 0 or values[at]
  end

  function fixed:save(values, at) values[at] = self.used end

  function fixed:retry() return self.used > 0 and self.finish - now or 0 end

  function fixed:idle() return self.used > 0 and self.finish - now or 0 end

  function fixed:idle_once_taken() return self.finish - now end

  return fixed
end

-- The same between times that were sent, for days and months.
algorithms.Z = function()
  local fixed = algorithms.F()
  local calendar = setmetatable({}, fixed)
  calendar.__index = calendar

  function calendar.new(self)
    self.capacity = number()
    local before = number()
    for _ = 1, 3 do
      local edge = number()
      if now >= before and now < edge then self.start, self.finish = before, edge end
      before = edge
    end
    self.lasted = self.start and now - self.start
    return self.start ~= nil
  end

  return calendar
end

-- The same from the first request on.
algorithms.R = function()
  local opened = class(2)

  function opened.new(self)
    self.capacity, self.period = number(), number()
  end

  function opened:clear() self.used, self.finish = 0, now end

  function opened:load(values, at, last)
    self.used, self.finish = values[at], values[at + 1] - max(0, last - now)
    if now >= self.finish then self:clear() end
  end

  function opened:save(values, at) values[at], values[at + 1] = self.used, self.finish end

  function opened:take(n, k)
    if self.finish == now then self.finish = now + self.period end
    self.used = self.used + n * k
  end

  function opened:show(out, n)
    out[n + 1] = self.used
    out[n + 2] = self.used > 0 and self.finish - now or 0
    out[n + 3] = self:idle_once_taken()
    return n + 3
  end

  function opened:retry() return self.finish - now end

  function opened:idle() return self.finish - now end

  function opened:idle_once_taken()
    return self.finish == now and self.period or self.finish - now
  end

  return opened
end

-- Sliding-window counter: this window's count, and the one before's, fading in `grains` steps.
algorithms.C = function()
  local counter = class(2)

  function counter.new(self)
    self.capacity, self.period, self.grain, self.grains = number(), number(), number(), number()
    self.index = floor(now / self.period)
    self.lasted = now % self.period
    self.weight = self.grains - floor(now % self.period / self.grain)
  end

  function counter:clear() self.previous, self.current = 0, 0 end

  function counter:load(values, at, last)
    local passed = self.index - floor(last / self.period)
    if passed <= 0 then
      self.previous, self.current = values[at], values[at + 1]
    else
      self.previous, self.current = passed == 1 and values[at + 1] or 0, 0
    end
  end

  function counter:save(values, at) values[at], values[at + 1] = self.previous, self.current end

  function counter:free()
    local weighted = self.previous * self.weight + self.current * self.grains
    return floor((self.capacity * self.grains - weighted) / self.grains)
  end

  function counter:room(n, count)
    local free = self:free()
    if n > free then return 0 end
    return min(count, floor(free / n))
  end

  function counter:take(n, k) self.current = self.current + n * k end

  function counter:give(n)
    local now_first = min(self.current, n)
    self.current = self.current - now_first
    self.previous = self.previous - min(self.previous, n - now_first)
  end

  function counter:show(out, n)
    out[n + 1], out[n + 2], out[n + 3] = self.capacity - self:free(), self:idle(), self:idle_once_taken()
    return n + 3
  end

  -- the first grain in which a count of the window before takes no more than this room
  function counter:faded_to(count, room)
    if room < 0 then return self.grains end
    if count == 0 then return 0 end
    return max(0, self.grains - floor(room * self.grains / count))
  end

  function counter:retry(n)
    n = min(n, self.capacity)
    local start = self.index * self.period
    local later = self:faded_to(self.previous, self.capacity - self.current - n)
    if later < self.grains then return max(0, start + later * self.grain - now) end
    later = self:faded_to(self.current, self.capacity - n)
    start = start + self.period
    if later < self.grains then return start + later * self.grain - now end
    return start + self.period - now
  end

  function counter:idle()
    local windows = self.current > 0 and 2 or self.previous > 0 and 1 or 0
    return max(0, (self.index + windows) * self.period - now)
  end

  function counter:idle_once_taken() return (self.index + 2) * self.period - now end

  return counter
end

-- Exact sliding window: a ring of (time, taken by then) behind the values, in as many slots as the
-- limit has permits, or had until it was lowered and what it counts has room in fewer. Times are on
-- a clock of the log's own, `ahead` of the server's, which never steps back. Nothing is moved or
-- deleted: what left the window is found by bisection.
algorithms.L = function()
  local log = class(7)

  function log.new(self)
    self.capacity, self.period = number(), number()
  end

  function log:clear()
    self.taken, self.gone, self.head, self.tail, self.newest, self.ahead = 0, 0, 0, 0, 0, 0
    self.used, self.time, self.slots, self.changed = 0, now, self.capacity, false
  end

  function log:entry(seq)
    local at = self.base + 16 * (seq % self.slots)
    local time, taken = unpack_doubles('<dd', call('GETRANGE', self.key, at, at + 15))
    return time, taken
  end

  -- the first entry from the head on of which `wanted` holds, having held of all later ones
  function log:first(wanted)
    local low, high, step = self.head, self.tail, 1
    while low < high do
      local probe = min(low + step - 1, high - 1)
      if wanted(self:entry(probe)) then
        high = probe
        break
      end
      low, step = probe + 1, step * 2
    end
    while low < high do
      local middle = floor((low + high) / 2)
      if wanted(self:entry(middle)) then high = middle else low = middle + 1 end
    end
    return low
  end

  function log:load(values, at, last)
    self.taken, self.gone = values[at], values[at + 1]
    self.head, self.tail = values[at + 2], values[at + 3]
    self.newest = values[at + 4]
    self.ahead = values[at + 5] + max(0, last - now)
    self.time = now + self.ahead
    self.used = self.taken - self.gone
    self:forget()
    self.changed = self.slots ~= self.capacity and self.tail - self.head <= self.capacity
  end

  -- All entries, the oldest first, as they are stored.
  function log:entries()
    local count, from = self.tail - self.head, self.head % self.slots
    if count == 0 then return '' end
    local at, until_end = self.base + 16 * from, min(count, self.slots - from)
    local entries = call('GETRANGE', self.key, at, at + 16 * until_end - 1)
    if until_end == count then return entries end
    return entries .. call('GETRANGE', self.key, self.base, self.base + 16 * (count - until_end) - 1)
  end

  function log:forget()
    local edge, gone = self.time - self.period, self.gone
    local first = self:first(function(time, taken) return time > edge and taken > gone end)
    if first > self.head then
      local _, taken = self:entry(first - 1)
      self.gone = max(gone, taken)
      self.head = first
      self.used = self.taken - self.gone
    end
  end

  function log:take(n, k)
    self.used = self.used + n * k
    self.taken = self.taken + n * k
    if self.tail == self.head or self.newest ~= self.time then self.tail = self.tail + 1 end
    self.newest = self.time
    local at = self.base + 16 * ((self.tail - 1) % self.slots)
    call('SETRANGE', self.key, at, pack('<dd', self.time, self.taken))
  end

  function log:give(n)
    self.gone = self.gone + min(n, self.used)
    self.used = self.taken - self.gone
    self:forget()
  end

  function log:save(values, at)
    values[at], values[at + 1] = self.taken, self.gone
    values[at + 2], values[at + 3] = self.head, self.tail
    values[at + 4], values[at + 5], values[at + 6] = self.newest, self.ahead, self.slots
  end

  function log:retry(n)
    local too_many = self.used + min(n, self.capacity) - self.capacity
    if too_many <= 0 then return 0 end
    local enough = self.gone + too_many
    local time = self:entry(self:first(function(_, taken) return taken >= enough end))
    return time + self.period - self.time
  end

  function log:idle() return self.tail > self.head and self.newest + self.period - self.time or 0 end

  function log:idle_once_taken() return self.period end

  return log
end

-- All algorithms -------------------------------------------------------------------------------

-- Aligned windows of all keys end at one moment, and Redis is held up where it deletes many keys at
-- once. So such a key stays as much longer as its window had `lasted` when it was written, at most
-- an hour: keys go as they came.
local limits, format, size, rings = {}, '<d', 1, {}
local starts_full, linger = true, 0
for l = 1, tonumber(ARGV[2]) do
  arg = arg + 1
  local limit = setmetatable({}, algorithms[ARGV[arg]]())
  if limit.new(limit) == false then return {-1, now} end
  limits[l] = limit
  starts_full = starts_full and limit.starts_full
  linger = max(linger, (limit.lasted or 0) % 3600000000)
  format = format .. limit.format
  limit.at = size + 1
  size = size + limit.values
  if limit.entry then rings[#rings + 1] = limit end
end
local last_byte = size * 8 - 1

-- Each ring begins where the one before it ends.
local function place()
  local base = size * 8
  for _, ring in ipairs(rings) do
    ring.base = base
    base = base + 16 * ring.slots
  end
end

-- A limit was changed: all rings are laid out anew.
local function move(key)
  local entries = {}
  for r, ring in ipairs(rings) do entries[r] = ring:entries() end
  for _, ring in ipairs(rings) do
    ring.head, ring.tail = 0, ring.tail - ring.head
    if ring.tail <= ring.capacity then ring.slots = ring.capacity end
  end
  place()
  call('DEL', key)
  for r, ring in ipairs(rings) do
    if ring.tail > 0 then call('SETRANGE', key, ring.base, entries[r]) end
  end
end

local first, ringed = limits[1], #rings > 0

local function room(n, count, wait)
  local k = first:room(n, count, wait)
  for l = 2, #limits do
    if k == 0 then return 0 end
    k = limits[l]:room(n, k, wait)
  end
  return k
end

local function show()
  for l = 1, #limits do filled = limits[l]:show(out, filled) end
end

local function acquire(n, count, wait, peek)
  local k = room(n, count, wait)
  filled = filled + 1
  out[filled] = k
  if k > 0 and not peek then
    for l = 1, #limits do limits[l]:take(n, k) end
  end
  if k < count then
    for l = 1, #limits do filled = limits[l]:wait(out, n, filled) end
  end
  return k > 0 and not peek
end

-- What decides requests that are more than one number, made only when there are such.
local function decider()
  local function cancel(n, marks)
    local l = 0
    for mark, rest in string.gmatch(marks, '(%d+):(%d+)') do
      l = l + 1
      if limits[l] then limits[l]:cancel(n, tonumber(mark), tonumber(rest)) end
    end
  end

  return function(requests)
    local changed = false
    for kind, n, count in string.gmatch(requests, '(%a)(%d+)x([%d,:]+)') do
      n = tonumber(n)
      if kind == 'a' then
        changed = acquire(n, tonumber(count), 0) or changed
      elseif kind == 'p' then
        acquire(n, 1, 0, true)
      elseif kind == 'v' then
        changed = acquire(n, 1, tonumber(count)) or changed
      else
        if kind == 'c' then
          cancel(n, count)
        else
          for l = 1, #limits do limits[l]:give(n) end
        end
        filled = filled + 1
        out[filled] = 1
        show()
        changed = true
      end
    end
    return changed
  end
end

local decide
local ttl, ttl_of = '', -1
local values = {}

for i = decided + 1, #KEYS do
  local key = KEYS[i]
  local state
  if ringed then
    state = call('GETRANGE', key, 0, last_byte)
    for r = 1, #rings do rings[r].key = key end
  else
    state = call('GET', key)
  end
  local changed = false
  if state and state ~= '' then
    if #state ~= size * 8 then
      return redis.error_reply('ERR the key holds something else than the state of these limits')
    end
    local loaded = {unpack_doubles(format, state)}
    local last = loaded[1]
    -- If the server's clock was stepped back, counting goes on from its new time.
    changed = last > now
    if ringed then
      for r = 1, #rings do rings[r].slots = loaded[rings[r].at + 6] end
      place()
    end
    local moves = false
    for l = 1, #limits do
      local limit = limits[l]
      limit:load(loaded, limit.at, last)
      if limit.changed then
        changed = true -- and the header is saved with what it says now
        moves = moves or limit.entries ~= nil
      end
    end
    if moves then move(key) end
  else
    changed = not starts_full
    for l = 1, #limits do limits[l]:clear() end
    if ringed then place() end
  end
  show()

  local requests = ARGV[arg + i]
  local single = tonumber(requests)
  if single then
    changed = acquire(single, 1, 0) or changed
  else
    decide = decide or decider()
    changed = decide(requests) or changed
  end

  if changed then
    local idle = 0
    values[1] = now
    for l = 1, #limits do
      local limit = limits[l]
      local its = limit:idle()
      if its > idle then idle = its end
      limit:save(values, limit.at)
    end
    local millis = ceil((idle + linger) / 1000) + grace
    if millis ~= ttl_of then ttl, ttl_of = string.format('%d', millis), millis end
    if idle == 0 then
      call('DEL', key)
    elseif ringed then
      call('SETRANGE', key, 0, pack(format, unpack(values, 1, size)))
      call('PEXPIRE', key, ttl)
    else
      call('SET', key, pack(format, unpack(values, 1, size)), 'PX', ttl)
    end
  end
end

return out
