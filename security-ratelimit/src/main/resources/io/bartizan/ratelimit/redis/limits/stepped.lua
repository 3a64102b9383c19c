
-- Token bucket in steps: `step` permits come back at each multiple of the period.
local stepped = class(4)
algorithms.S = stepped

function stepped:new()
  self.capacity, self.step, self.period, self.first = number(), number(), number(), number()
  self.starts_full = self.first == 0
  self.lasted = now % self.period
end

function stepped:define(values, at)
  self.capacity, self.step, self.period = values[at + 1], values[at + 2], values[at + 3]
  return self.capacity > 0
end

function stepped:knows(values, at)
  return values[at + 1] == self.capacity
    and values[at + 2] == self.step
    and values[at + 3] == self.period
end

function stepped:clear() self.used = self.first end

function stepped:load(values, at, last)
  local steps = max(0, floor(now / self.period) - floor(last / self.period))
  self.used = max(0, values[at] - steps * self.step)
end

-- What reservations let a count grow to.
local most_counted = highest / 2

-- What was consumed stays so, at most all there are; what was reserved ahead or is owed keeps its
-- time, as whole periods; where only the capacity changes, its permits.
function stepped:met(before)
  local consumed = min(before.used, before.capacity)
  local ahead = before.used - consumed
  if ahead > 0 and (before.step ~= self.step or before.period ~= self.period) then
    local till = now + min(longest_debt, before:until_back(ahead))
    local steps = floor(till / self.period) - floor(now / self.period)
    ahead = min(steps, floor((most_counted - self.capacity) / self.step)) * self.step
  end
  return min(consumed, self.capacity) + ahead
end

function stepped:meet(before) self.used = self:met(before) end

function stepped:ahead(current) return self.used > self:met(current) end

function stepped:outlasts() return false end

function stepped:save(values, at)
  values[at], values[at + 1] = self.used, self.capacity
  values[at + 2], values[at + 3] = self.step, self.period
end

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
  if n > self.capacity or self.used + n > most_counted then return 0 end
  if wait > 0 then return self:until_back(self.used + n - self.capacity) <= wait and 1 or 0 end
  return any_room(self, n, count)
end

function stepped:also(n, k)
  self.used = max(self.used, min(self.capacity, self.used + n * k))
end

-- A debt comes back within 36 525 days.
function stepped:owe(n)
  local most = self.capacity + floor(longest_debt / self.period) * self.step
  self.used = max(self.used, min(most_owed, most, self.used + n))
end

-- The mark is the number of a period and how many permits were used then.
function stepped:cancel(n, period, used)
  local steps = max(0, floor(now / self.period) - period)
  return self:give(min(n, max(0, used - steps * self.step)))
end

function stepped:idle() return self:until_back(self.used) end

function stepped:life() return ceil(self.capacity / self.step) * self.period end
