
-- Fixed window whose edges are multiples of the period.
local fixed = class(3)
algorithms.F = fixed

function fixed:between(capacity, period)
  self.capacity, self.period = capacity, period
  self.lasted = now % period
  self.start = now - self.lasted
  self.finish = self.start + period
end

function fixed:new() self:between(number(), number()) end

function fixed:define(values, at)
  if values[at + 1] == 0 then return false end
  self:between(values[at + 1], values[at + 2])
  return true
end

function fixed:knows(values, at)
  return values[at + 1] == self.capacity and values[at + 2] == self.period
end

function fixed:clear() self.used = 0 end

function fixed:load(values, at, last)
  self.used = last < self.start and 0 or values[at]
end

-- The whole count stays, also what is beyond a smaller limit.
function fixed:meet(before) self.used = before.used end

function fixed:save(values, at)
  values[at], values[at + 1], values[at + 2] = self.used, self.capacity, self.period
end

function fixed:idle() return self.used > 0 and self.finish - now or 0 end

function fixed:life() return self.period end
