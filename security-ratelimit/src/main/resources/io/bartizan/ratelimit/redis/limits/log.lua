
-- Exact sliding window: a ring of (time, taken by then) behind the doubles, in as many slots as the
-- limit has permits, or had while another definition was about. Times are on a clock of the log's own,
-- `ahead` of the server's, which never steps back. Nothing is moved or deleted: what left the window is
-- found by bisection. Two definitions share the ring: it keeps entries for the longer window of them,
-- and where it is full, its oldest entry goes, which leaves as many as the larger may count.
local log = class(9)
algorithms.L = log

function log:new()
  self.capacity, self.period = number(), number()
  rings[#rings + 1] = self
end

function log:knows(values, at)
  return values[at + 7] == self.capacity and values[at + 8] == self.period
end

function log:clear()
  self.taken, self.gone, self.head, self.tail, self.newest, self.ahead = 0, 0, 0, 0, 0, 0
  self.used, self.before, self.time, self.keeps = 0, 0, now, self.period
  self.slots, self.moves, self.counts_from = self.capacity, false, 0
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

-- The ring is one for both definitions, so a log never meets: it loads.
function log:load(values, at, last)
  self.taken, self.gone = values[at], values[at + 1]
  self.head, self.tail = values[at + 2], values[at + 3]
  self.newest = values[at + 4]
  self.ahead = values[at + 5] + max(0, last - now)
  self.time = now + self.ahead
  self.keeps = max(self.period, self.other and self.other.period or 0)
  self:forget()
  self.moves = self.slots < self.capacity
    or (not self.other and self.slots > self.capacity and self.tail - self.head <= self.capacity)
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

-- `gone` of all that was taken is kept no longer, `before` counts no longer.
function log:forget()
  local edge, gone = self.time - self.keeps, self.gone
  local first = self:first(function(time, taken) return time > edge and taken > gone end)
  if first > self.head then
    local _, taken = self:entry(first - 1)
    self.gone = max(gone, taken)
    self.head = first
  end
  self.before, self.counts_from = self.gone, self.head
  if self.keeps > self.period then
    edge = self.time - self.period
    first = self:first(function(time) return time > edge end)
    if first > self.head then
      local _, taken = self:entry(first - 1)
      self.before, self.counts_from = max(self.gone, taken), first
    end
  end
  self.used = self.taken - self.before
end

function log:take(n, k)
  self.used = self.used + n * k
  self.taken = self.taken + n * k
  if self.tail == self.head or self.newest ~= self.time then
    if self.tail - self.head == self.slots then
      local _, taken = self:entry(self.head)
      self.gone, self.head = max(self.gone, taken), self.head + 1
      self.counts_from = max(self.counts_from, self.head)
    end
    self.tail = self.tail + 1
  end
  self.newest = self.time
  local at = self.base + 16 * ((self.tail - 1) % self.slots)
  call('SETRANGE', self.key, at, pack('<dd', self.time, self.taken))
end

-- Where there are as many moments as permits that may be taken, nothing fits anyway: then the newest
-- becomes now, so that what was taken in it counts longer, never shorter. A count is a thousand times
-- the largest capacity at most.
function log:owe(n)
  n = max(0, min(n, 1000000000 - self.used))
  if self.tail - self.counts_from >= self.capacity or self.tail - self.head >= self.slots then
    self.newest = self.time
    self:take(n, 1)
    self:forget() -- which finds it in the window, also if it was not before
  elseif n > 0 then
    self:take(n, 1)
  end
end

function log:give(n)
  local given = min(n, self.used)
  local before = self.before + given
  self.gone = self.gone + given
  self:forget()
  self.before = max(self.before, before)
  self.used = self.taken - self.before
  return n
end

function log:save(values, at)
  values[at], values[at + 1] = self.taken, self.gone
  values[at + 2], values[at + 3] = self.head, self.tail
  values[at + 4], values[at + 5], values[at + 6] = self.newest, self.ahead, self.slots
  values[at + 7], values[at + 8] = self.capacity, self.period
end

function log:show(out, n)
  out[n + 1], out[n + 2], out[n + 3] = self.used, self:idle(), self.period
  return n + 3
end

-- microseconds until n permits fit, which nobody can tell who has no entries
function log:wait(out, permits, n)
  local too_many, retry = self.used + min(permits, self.capacity) - self.capacity, 0
  if too_many > 0 then
    local enough = self.before + too_many
    local time = self:entry(self:first(function(_, taken) return taken >= enough end))
    retry = time + self.period - (self.time or self.of.time)
  end
  out[n + 1] = retry
  return n + 1
end

function log:idle()
  return self.tail > self.head and max(0, self.newest + self.period - self.time) or 0
end

-- Another definition of the same log: its numbers alone.
local past = {}
past.__index = past
log.past = past

function past:define(values, at)
  self.capacity, self.period = values[at + 7], values[at + 8]
  return self.capacity > 0
end

function past:load() end

function past:save(values, at)
  for i = 0, 6 do values[at + i] = 0 end
  values[at + 7], values[at + 8] = self.capacity, self.period
end

function past:also() end

-- What counts by this one's period, of the same entries.
function past:counted()
  local it, edge = self.of, self.of.time - self.period
  self.before = it.gone
  if self.period < it.keeps then
    local first = it:first(function(time) return time > edge end)
    if first > it.head then
      local _, taken = it:entry(first - 1)
      self.before = max(it.gone, taken)
    end
  end
  self.used = it.taken - self.before
end

function past:room(n, count)
  self:counted()
  return log.room(self, n, count)
end

function past:show(out, n)
  self:counted()
  return log.show(self, out, n)
end

function past:wait(out, permits, n)
  self:counted()
  return log.wait(self, out, permits, n)
end

function past:entry(seq) return self.of:entry(seq) end

function past:first(wanted) return self.of:first(wanted) end

function past:owe() end

-- One that meets the log finds the same entries, as long as they are kept.
function past:ahead() return false end

function past:outlasts(current) return self.period > current.period end

function past:give() end

function past:idle()
  local it = self.of
  return it.tail > it.head and max(0, it.newest + self.period - it.time) or 0
end

function past:life() return self.period end

-- Each ring begins where the one before it ends.
function place()
  local base = 2 * size * 8
  for _, ring in ipairs(rings) do
    ring.base = base
    base = base + 16 * ring.slots
  end
end

-- A limit was changed: all rings are laid out anew.
function move(key)
  local entries = {}
  for r, ring in ipairs(rings) do entries[r] = ring:entries() end
  for _, ring in ipairs(rings) do
    ring.counts_from = ring.counts_from - ring.head
    ring.head, ring.tail = 0, ring.tail - ring.head
    if ring.other or ring.tail > ring.capacity then
      ring.slots = max(ring.slots, ring.capacity)
    else
      ring.slots = ring.capacity
    end
  end
  place()
  call('DEL', key)
  for r, ring in ipairs(rings) do
    if ring.tail > 0 then call('SETRANGE', key, ring.base, entries[r]) end
  end
end
