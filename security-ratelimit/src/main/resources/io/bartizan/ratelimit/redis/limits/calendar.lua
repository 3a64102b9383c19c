
-- The same between times that were sent, for days and months of a time zone, which has a number.
local calendar = setmetatable({values = 4}, fixed)
calendar.__index = calendar
algorithms.Z = calendar

function calendar:new()
  self.capacity, self.zone = number(), number()
  local before = number()
  for _ = 1, 3 do
    local edge = number()
    if now >= before and now < edge then self.start, self.finish = before, edge end
    before = edge
  end
  self.lasted = self.start and now - self.start
  return self.start ~= nil
end

-- Of another definition only the end of the window is known in which it was asked last.
function calendar:define(values, at)
  self.capacity, self.zone, self.finish = values[at + 1], values[at + 2], values[at + 3]
  return self.capacity > 0
end

function calendar:knows(values, at)
  return values[at + 1] == self.capacity and values[at + 2] == self.zone
end

-- After it that one counts on until an edge of the same zone, or for the longest window, so that
-- what it counts may count longer, never shorter.
function calendar:load(values, at, last)
  local over = now >= self.finish
  if self.start then
    over = last < self.start
  elseif over then
    self.finish = self.of.zone == self.zone and self.of.finish or now + self:life()
  end
  self.used = over and 0 or values[at]
end

function calendar:save(values, at)
  values[at], values[at + 1] = self.used, self.capacity
  values[at + 2], values[at + 3] = self.zone, self.finish
end

-- Months have odd numbers.
function calendar:outlasts(current)
  return self.zone % 2 == 1 and current.zone % 2 == 0
end

function calendar:idle() return self.used > 0 and max(0, self.finish - now) or 0 end

function calendar:life() return self.zone % 2 == 1 and 2678400000000 or 86400000000 end
