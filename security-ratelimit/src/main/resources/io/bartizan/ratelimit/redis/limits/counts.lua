
-- What counts whole permits: `used` of them, of which `capacity` may be.
local function class(values)
  local counts = {values = values, starts_full = true}
  counts.__index = counts

  function counts:room(n, count)
    if n > self.capacity - self.used then return 0 end
    return min(count, floor((self.capacity - self.used) / n))
  end

  function counts:take(n, k)
    self.used = self.used + n * k
  end

  function counts:owe(n)
    self:take(max(0, min(n, most_owed - self.used)), 1)
  end

  function counts:also(n, k)
    self:take(n, k)
  end

  function counts:ahead(current)
    return self.used > current.used
  end

  function counts:outlasts(current)
    return self.period > current.period
  end

  function counts:give(n)
    self.used = max(0, self.used - n)
    return n
  end

  function counts:show(out, n)
    out[n + 1] = self.used
    return n + 1
  end

  return counts
end
