
-- Token bucket that is refilled evenly.
local bucket = {values = 4}
bucket.__index = bucket
algorithms.B = bucket

function bucket:new()
  self.capacity, self.scale = number(), number()
  self.cost, self.cost_rest = number(), number()
  self.full, self.full_rest = number(), number()
  self.first, self.first_rest = number(), number()
  self.cost_us = self.cost + self.cost_rest / self.scale
  self.full_us = self.full + self.full_rest / self.scale
  self.starts_full = self.first == 0 and self.first_rest == 0
end

function bucket:knows(values, at)
  return values[at + 2] == self.cost_us and values[at + 3] == self.full_us
end

function bucket:clear()
  self.us, self.rest = self.first, self.first_rest
end

function bucket:load(values, at, last)
  local us, rest = ceil(values[at]), values[at + 1]
  if now > last then
    us = us - (now - last)
    if us < 0 then us, rest = 0, 0 end
  end
  self.us, self.rest = us, rest
end

-- What was consumed stays so in permits, at most all there are; what was reserved ahead in time.
function bucket:meet(before)
  local consumed = min(before.us, before.full_us)
  local us, rest = ceil(consumed * self.cost_us / before.cost_us), 0
  if us > self.full then us, rest = self.full, self.full_rest end
  self.us, self.rest = us + min(self:debt(), ceil(before.us - consumed)), rest
end

-- The count by another definition was rounded up to a microsecond, so that one more says nothing.
function bucket:ahead(current)
  local us = current.us + (current.rest or 0) / (current.scale or 1)
  local consumed = min(us, current.full_us)
  local met = min(self.full_us, consumed * self.cost_us / current.cost_us) + us - consumed
  return self.us > met + 1
end

function bucket:outlasts() return false end

function bucket:life() return ceil(self.full_us) end

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

-- What is beyond an empty bucket lasts 36 525 days at most; 2^44 us where a microsecond has more than
-- 256 units.
function bucket:debt()
  return self.scale > 256 and 17592186044416 or longest_debt
end

function bucket:owe(n)
  local full, rest = self.full + self:debt(), self.full_rest
  if self.us > full or (self.us == full and self.rest >= rest) then return end
  -- Only what is far beyond the bound could leave 2^53.
  if n * self.cost_us < 2 * full then self:take(n, 1) else self.us, self.rest = full, rest end
  if self.us > full or (self.us == full and self.rest > rest) then self.us, self.rest = full, rest end
end

-- takes (us, rest) off the backlog; gives how many permits that is
function bucket:flow(us, rest)
  local permits = (us + rest / self.scale) / self.cost_us
  us, rest = self.us - us, self.rest - rest
  if rest < 0 then us, rest = us - 1, rest + self.scale end
  if us < 0 then us, rest = 0, 0 end
  self.us, self.rest = us, rest
  return permits
end

function bucket:give(n)
  return self:flow(times(n, self.cost, self.cost_rest, self.scale))
end

-- The mark is the moment, in microseconds and a rest, at which a reservation has flowed back.
function bucket:cancel(n, at, at_rest)
  local us, rest = times(n, self.cost, self.cost_rest, self.scale)
  local left = at - now
  if left < 0 then return 0 end
  if left < us or (left == us and at_rest < rest) then us, rest = left, at_rest end
  return self:flow(us, rest)
end

function bucket:idle()
  return self.rest > 0 and self.us + 1 or self.us
end

-- The same bucket as another definition counts it: one number, since only two of its own are known.
local past = {}
past.__index = past
bucket.past = past

function past:define(values, at)
  self.cost_us, self.full_us = values[at + 2], values[at + 3]
  return self.cost_us > 0
end

function past:load(values, at, last)
  local us = values[at] + (values[at + 1] > 0 and 1 or 0)
  self.us = max(0, us - max(0, now - last))
end

function past:save(values, at)
  values[at], values[at + 1] = self.us, 0
  values[at + 2], values[at + 3] = self.cost_us, self.full_us
end

function past:also(n, k)
  self.us = max(self.us, min(self.full_us, self.us + n * k * self.cost_us))
end

function past:owe(n)
  self.us = max(self.us, min(self.full_us + longest_debt, self.us + n * self.cost_us))
end

function past:give(n)
  self.us = max(0, self.us - n * self.cost_us)
end

past.ahead, past.outlasts = bucket.ahead, bucket.outlasts

function past:idle() return ceil(self.us) end

function past:life() return ceil(self.full_us) end
