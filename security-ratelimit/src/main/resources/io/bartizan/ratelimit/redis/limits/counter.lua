
-- Sliding-window counter: this window's count, and the one before's, fading in `grains` steps.
local counter = class(4)
algorithms.C = counter

function counter:over(capacity, period)
  self.capacity, self.period = capacity, period
  self.lasted = now % period
  self.index = floor(now / period)
  local grain = ceil(period / 1024)
  self.grains = ceil(period / grain)
  self.weight = self.grains - floor(self.lasted / grain)
end

function counter:new() self:over(number(), number()) end

function counter:define(values, at)
  if values[at + 2] == 0 then return false end
  self:over(values[at + 2], values[at + 3])
  return true
end

function counter:knows(values, at)
  return values[at + 2] == self.capacity and values[at + 3] == self.period
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

-- Both counts stay; of windows of another length, what counts now is counted in this one.
function counter:meet(before)
  self.previous, self.current = before.previous, before.current
  if before.period ~= self.period then
    local used = ceil(before:weighted() / before.grains)
    self.previous, self.current = 0, min(self.capacity, used)
  end
end

function counter:save(values, at)
  values[at], values[at + 1] = self.previous, self.current
  values[at + 2], values[at + 3] = self.capacity, self.period
end

function counter:weighted() return self.previous * self.weight + self.current * self.grains end

function counter:ahead(current)
  if current.period == self.period then return self:weighted() > current:weighted() end
  local theirs = min(self.capacity, ceil(current:weighted() / current.grains))
  return ceil(self:weighted() / self.grains) > theirs
end

function counter:room(n, count)
  local free = floor((self.capacity * self.grains - self:weighted()) / self.grains)
  if n > free then return 0 end
  return min(count, floor(free / n))
end

function counter:take(n, k) self.current = self.current + n * k end

function counter:owe(n)
  self.current = max(self.current, min(most_owed, self.current + n))
end

function counter:give(n)
  local now_first = min(self.current, n)
  self.current = self.current - now_first
  self.previous = self.previous - min(self.previous, n - now_first)
  return n
end

function counter:show(out, n)
  out[n + 1], out[n + 2] = self.previous, self.current
  return n + 2
end

function counter:idle()
  local windows = self.current > 0 and 2 or self.previous > 0 and 1 or 0
  return max(0, (self.index + windows) * self.period - now)
end

function counter:life() return 2 * self.period end
