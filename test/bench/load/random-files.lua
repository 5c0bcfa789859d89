-- Asks for one of the files key:000000000000 and so on at random, with a browser's fields where that is said. All requests
-- are made before the first is sent.
local requests = {}

local browser = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
  ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  ["Accept-Encoding"] = "gzip, deflate, br, zstd",
  ["Accept-Language"] = "pt-BR,pt;q=0.9,en;q=0.8",
  ["Connection"] = "keep-alive",
  ["Sec-Ch-Ua"] = '"Chromium";v="144", "Not A(Brand";v="24"',
  ["Sec-Ch-Ua-Mobile"] = "?0",
  ["Sec-Ch-Ua-Platform"] = '"Linux"',
  ["Sec-Fetch-Dest"] = "document",
  ["Sec-Fetch-Mode"] = "navigate",
  ["Sec-Fetch-Site"] = "none",
  ["Upgrade-Insecure-Requests"] = "1"
}

function init(args)
  math.randomseed(os.time())
  local fields = args[2] == "browser" and browser or {}
  for index = 0, tonumber(args[1]) - 1 do
    requests[index + 1] = wrk.format("GET", string.format("/key:%012d", index), fields)
  end
end

function request()
  return requests[math.random(#requests)]
end
