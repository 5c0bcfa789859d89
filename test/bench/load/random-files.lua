-- Asks for one of the files key:000000000000 and so on at random. All requests are made before the first is sent.
local requests = {}

function init(args)
  math.randomseed(os.time())
  for index = 0, tonumber(args[1]) - 1 do
    requests[index + 1] = wrk.format("GET", string.format("/key:%012d", index))
  end
end

function request()
  return requests[math.random(#requests)]
end
