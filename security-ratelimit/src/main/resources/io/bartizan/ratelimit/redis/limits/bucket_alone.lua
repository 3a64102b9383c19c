-- One token bucket from which only permits are taken: what most calls ask, told without a table or a
-- method, at a third of the cost. At the first key that is anything else the rest of this file goes on.
local function one_bucket()
  local capacity, scale, cost, cost_rest, full, full_rest, first, first_rest, cost_us, full_us

  local function define()
    defined, skipped = arg, decided
    if word() ~= '1' or word() ~= 'B' then return false end
    capacity, scale = number(), number()
    cost, cost_rest, full, full_rest = number(), number(), number(), number()
    first, first_rest = number(), number()
    cost_us, full_us = cost + cost_rest / scale, full + full_rest / scale
    return true
  end

  if not define() then return end
  local ttl, ttl_of = '', -1
  for i = 1, #KEYS do
    local key, requests = KEYS[i], word()
    local n, count = tonumber(requests), 1
    if requests == '=' then
      if not define() then return end
      requests = word()
      n = tonumber(requests)
    end
    if not n then
      n, count = string.match(requests, '^a(%d+)x(%d+) $')
      if not n then return end
      n, count = tonumber(n), tonumber(count)
    end
    local us, rest = first, first_rest
    local state = redis.pcall('GET', key)
    if state then
      if #state ~= 40 then return end
      local last, cost_then, full_then
      last, us, rest, cost_then, full_then = unpack_doubles('<ddddd', state)
      if last > now or cost_then ~= cost_us or full_then ~= full_us then return end
      if not (last >= 0 and us >= 0 and us < highest and rest >= 0 and rest < scale) then return end
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

one_bucket()
if decided == #KEYS then return out end
