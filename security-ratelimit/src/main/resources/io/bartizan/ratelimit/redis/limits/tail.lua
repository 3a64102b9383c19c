
-- All algorithms -------------------------------------------------------------------------------

-- Aligned windows of all keys end at one moment, and Redis is held up where it deletes many keys at
-- once. So such a key stays as much longer as its window had `lasted` when it was written, at most
-- an hour: keys go as they came.
local limits, first, starts_full, linger, ringed, format, format_of_two

-- Reads what follows, the limits of the next keys; gives whether the time is within what was sent.
local function define()
  limits, rings, size, starts_full, linger = {}, {}, 1, true, 0
  for l = 1, number() do
    local limit = setmetatable({}, algorithms[word()])
    if limit:new() == false then return false end
    limits[l] = limit
    starts_full = starts_full and limit.starts_full
    linger = max(linger, (limit.lasted or 0) % 3600000000)
    limit.at = size + 1
    size = size + limit.values
  end
  format, format_of_two = '<' .. string.rep('d', size), '<' .. string.rep('d', 2 * size)
  first, ringed = limits[1], #rings > 0
  return true
end

-- Whether the other of two definitions must have room as well, for any limit of the key.
local bound = false

local function room(n, count, wait)
  local k = first:room(n, count, wait)
  for l = 2, #limits do
    if k == 0 then return 0 end
    k = limits[l]:room(n, k, wait)
  end
  if bound then
    for l = 1, #limits do
      if k > 0 and limits[l].bound then k = limits[l].other:room(n, k, wait) end
    end
  end
  return k
end

local function show()
  for l = 1, #limits do filled = limits[l]:show(out, filled) end
  if bound then
    for l = 1, #limits do
      if limits[l].bound then filled = limits[l].other:show(out, filled) end
    end
  end
end

-- What nobody can tell who has no entries: when n permits will fit.
local function tell_waits(n)
  for l = 1, #limits do
    if limits[l].wait then filled = limits[l]:wait(out, n, filled) end
  end
  for l = 1, #limits do
    local other = limits[l].bound and limits[l].other
    if other and other.wait then filled = other:wait(out, n, filled) end
  end
end

-- Whether one definition's count is needed beside the other's, which counts now: as in Java's Former.
local met = 0 -- when two definitions met at the key last

local function needed(count, current)
  return now - met <= count:life() or count:outlasts(current) or count:ahead(current)
end

-- The one that brings more permits in the long run; of equal ones that with more at once.
local function larger(a, b)
  local more, less = (a.step or a.capacity) * b.period, (b.step or b.capacity) * a.period
  return more > less or (more == less and a.capacity > b.capacity)
end

-- Who asks by the smaller of two definitions is bound by the larger until one of that one's windows
-- after the two met: then -3 goes before the state, and for each limit 0, or for how many more
-- microseconds and the other's numbers. Even buckets have no period, nor have days and months.
local function bind()
  bound = false
  for l = 1, #limits do
    local limit = limits[l]
    local other = limit.other
    limit.bound = other and other.period and now - met <= other:life() and not larger(limit, other)
    bound = bound or limit.bound
  end
  if not bound then return end
  filled = filled + 1
  out[filled] = -3
  for l = 1, #limits do
    local limit, other = limits[l], limits[l].other
    filled = filled + 1
    out[filled] = 0
    if limit.bound then
      out[filled] = met + other:life() + 1 - now
      out[filled + 1], out[filled + 2] = other.capacity, other.step or 0
      out[filled + 3] = other.period
      filled = filled + 3
    end
  end
end

-- Before anything is counted: what is not needed is forgotten.
local function settle()
  for l = 1, #limits do
    local limit = limits[l]
    if limit.other and not needed(limit.other, limit) then limit.other = nil end
  end
end

local function acquire(n, count, wait, peek)
  local k = room(n, count, wait)
  filled = filled + 1
  out[filled] = k
  if k > 0 and not peek then
    settle()
    for l = 1, #limits do
      local limit = limits[l]
      limit:take(n, k)
      local other = limit.other
      if limit.bound and other.take then
        other:take(n, k)
      elseif other then
        other:also(n, k)
      end
    end
  end
  if k < count and ringed then tell_waits(n) end
  return k > 0 and not peek
end

-- Nothing is refused; then it is told whether one more could be had.
local function charge(n)
  settle()
  for l = 1, #limits do
    local limit = limits[l]
    limit:owe(n)
    if limit.other then limit.other:owe(n) end
  end
  local k = room(1, 1, 0)
  filled = filled + 1
  out[filled] = k
  show()
  if k == 0 and ringed then tell_waits(1) end
end

local function give(n)
  settle()
  for l = 1, #limits do
    local limit = limits[l]
    limit:give(n)
    if limit.other then limit.other:give(n) end
  end
end

local function cancel(n, marks)
  settle()
  local l = 0
  for mark, rest in string.gmatch(marks, '(%d+):(%d+)') do
    l = l + 1
    local limit = limits[l]
    if limit then
      local given = limit:cancel(n, tonumber(mark), tonumber(rest))
      if limit.other then limit.other:give(given) end
    end
  end
end

-- What requests that are more than one number ask, of a key that has a state or none.
local function decide(requests, known)
  local changed = false
  for kind, n, count in string.gmatch(requests, '(%a)(%d+)x([%d,:]+)') do
    n = tonumber(n)
    if kind == 'a' then
      changed = acquire(n, tonumber(count), 0) or changed
    elseif kind == 'p' then
      acquire(n, 1, 0, true)
    elseif kind == 'v' then
      changed = acquire(n, 1, tonumber(count)) or changed
    elseif kind == 'o' then
      charge(n)
      changed = true
    else
      if kind == 'c' then cancel(n, count) else give(n) end
      filled = filled + 1
      out[filled] = 1
      show()
      changed = changed or known
    end
  end
  return changed
end

-- The state at a key, '' if there is none; or nil and what is told of it.
local function read(key)
  local state
  if ringed then
    state = redis.pcall('GETRANGE', key, 0, 2 * size * 8 - 1)
  else
    state = redis.pcall('GET', key) or ''
  end
  if type(state) == 'table' then
    if string.find(state.err, 'WRONGTYPE', 1, true) then return nil, -2 end
    return nil, state
  end
  local length = #state
  if length == 0 or length == 2 * size * 8 or (length == size * 8 and not ringed) then
    return state
  end
  return nil, -1
end

-- Another definition's count at a place of the saved doubles, if there is one.
local function past(limit, values, at, last)
  local class = getmetatable(limit)
  local other = setmetatable({}, class.past or class)
  if not other:define(values, at) then return nil end
  other.of = limit
  other:load(values, at, last)
  return other
end

-- Whether these can be the numbers of a state: a text of the same length has others.
local function plausible(numbers)
  if numbers[1] ~= floor(numbers[1]) then return false end
  for i = 1, #numbers - 1 do -- behind them is where the reading ended
    if not (numbers[i] >= 0 and numbers[i] < highest) then return false end
  end
  return true
end

-- Reads what the limits counted; gives whether it must be written, and nil if that is no state.
local function load(key, state)
  local two = #state > size * 8
  local loaded = {unpack_doubles(two and format_of_two or format, state)}
  if not plausible(loaded) then return nil end
  -- If the server's clock was stepped back, counting goes on from its new time.
  local last = loaded[1]
  met = two and loaded[size + 1] or 0
  local changed, moves, meets = last > now, false, false
  if ringed then
    for _, ring in ipairs(rings) do ring.slots = loaded[ring.at + 6] end
    place()
  end
  for l = 1, #limits do
    local limit, at = limits[l], limits[l].at
    if limit:knows(loaded, at) then
      limit.other = two and past(limit, loaded, size + at, last) or nil
      limit:load(loaded, at, last)
      if limit.other and not needed(limit.other, limit) then limit.other = nil end
    else
      meets = true
      limit.other = past(limit, loaded, at, last)
      if limit.meet and not limit.other then return nil end
      local known = two and limit:knows(loaded, size + at)
      if not limit.meet then
        limit:load(loaded, at, last)
      elseif known then
        limit:load(loaded, size + at, last)
        known = needed(limit, limit.other)
      end
      if limit.meet and not known then
        limit:clear()
        limit:meet(limit.other)
      end
    end
    moves = moves or limit.moves or false
  end
  if meets then met = now end
  if moves then move(key) end
  bind()
  return changed or meets or moves
end

local function clear()
  for l = 1, #limits do
    limits[l]:clear()
    limits[l].other, limits[l].bound = nil, nil
  end
  bound = false
  if ringed then place() end
  met = 0
  return not starts_full
end

local ttl, ttl_of = '', -1
local values = {}

local function write(key)
  local idle, two = 0, ringed
  values[1], values[size + 1] = now, met
  for l = 1, #limits do
    local limit = limits[l]
    local other, its = limit.other, limit:idle()
    if other then
      two, its = true, max(its, other:idle(), limit.bound and met + other:life() - now or 0)
      other:save(values, size + limit.at)
    else
      for i = 0, limit.values - 1 do values[size + limit.at + i] = 0 end
    end
    if its > idle then idle = its end
    limit:save(values, limit.at)
  end
  -- Where all was given back the key still says by which definitions it was counted.
  local millis = ceil(min(idle + linger, highest) / 1000) + grace
  if millis ~= ttl_of then ttl, ttl_of = string.format('%d', millis), millis end
  if ringed then
    call('SETRANGE', key, 0, pack(format_of_two, unpack(values, 1, 2 * size)))
    call('PEXPIRE', key, ttl)
  elseif two then
    call('SET', key, pack(format_of_two, unpack(values, 1, 2 * size)), 'PX', ttl)
  else
    call('SET', key, pack(format, unpack(values, 1, size)), 'PX', ttl)
  end
end

arg = defined
if not define() then return {-1, now} end
arg = arg + decided - skipped
for i = decided + 1, #KEYS do
  local key, requests = KEYS[i], word()
  if requests == '=' then
    define()
    requests = word()
  end
  local state, problem = read(key)
  if state then
    for _, ring in ipairs(rings) do ring.key = key end
    local changed
    if state ~= '' then changed = load(key, state) else changed = clear() end
    if changed == nil then
      filled = filled + 1
      out[filled] = -1
    else
      show()
      local single = tonumber(requests)
      if single then
        changed = acquire(single, 1, 0) or changed
      else
        changed = decide(requests, state ~= '') or changed
      end
      if changed then write(key) end
    end
  elseif type(problem) == 'table' then
    return problem
  else
    filled = filled + 1
    out[filled] = problem
  end
end

return out
