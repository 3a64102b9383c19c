
-- Fixed window that the first request opens.
local opened = class(4)
algorithms.R = opened

function opened:new()
  self.capacity, self.period = number(), number()
end

function opened:define(values, at)
  self.capacity, self.period = values[at + 2], values[at + 3]
  return self.capacity > 0
end

function opened:knows(values, at)
  return values[at + 2] == self.capacity and values[at + 3] == self.period
end

function opened:clear() self.used, self.finish = 0, now end

function opened:load(values, at, last)
  self.used, self.finish = values[at], values[at + 1] - max(0, last - now)
  if now >= self.finish then self:clear() end
end

-- It stays open from when it was opened, and the whole count stays.
function opened:meet(before)
  if before.finish > now then
    self.used, self.finish = before.used, before.finish - before.period + self.period
  end
  if now >= self.finish then self:clear() end
end

function opened:save(values, at)
  values[at], values[at + 1] = self.used, self.finish
  values[at + 2], values[at + 3] = self.capacity, self.period
end

function opened:take(n, k)
  if self.finish == now then self.finish = now + self.period end
  self.used = self.used + n * k
end

function opened:show(out, n)
  out[n + 1], out[n + 2] = self.used, self.finish - now
  return n + 2
end

function opened:idle() return self.finish - now end

function opened:life() return self.period end
