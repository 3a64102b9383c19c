-- Pairs of whole microseconds and a rest, `scale` of which are one: the backlog (time until full) of
-- a token bucket, and what permits cost.

-- n times the pair (us, rest), without leaving 2^53
local function times(n, us, rest, scale)
  if rest == 0 then return n * us, 0 end
  local quotient = floor(n / scale)
  local product = (n - quotient * scale) * rest
  local carry = floor(product / scale)
  return n * us + quotient * rest + carry, product - carry * scale
end

-- how many times a cost fits into the room (us, rest), at most `count`
local function fitting(count, us, rest, cost, cost_rest, scale)
  if rest < 0 then us, rest = us - 1, rest + scale end
  if us < cost or (us == cost and rest < cost_rest) then return 0 end
  if count == 1 then return 1 end
  local function fits(k)
    local all, all_rest = times(k, cost, cost_rest, scale)
    return all < us or (all == us and all_rest <= rest)
  end
  local k = min(count, floor((us * scale + rest) / (cost * scale + cost_rest)))
  while k > 0 and not fits(k) do k = k - 1 end
  while k < count and fits(k + 1) do k = k + 1 end
  return k
end

