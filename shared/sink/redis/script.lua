-- Takes one event, all of it or nothing: what can fail does so before anything is
-- written.
--
-- KEYS: the mark of the event, the stream, and if there are facts the hash of the medium
-- ARGV: how long the mark lasts, in milliseconds; how many events the stream keeps,
--       0 for all; the length of what versions are compared by; the four fields of
--       the entry; and for each fact its facet and its value
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
local width = tonumber(ARGV[3])
local fields = {}
for i = 8, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[3], ARGV[i])
  if not known or string.sub(known, 1, width) <= string.sub(ARGV[i + 1], 1, width) then
    fields[#fields + 1] = ARGV[i]
    fields[#fields + 1] = ARGV[i + 1]
  end
end
if ARGV[2] == '0' then
  redis.call('XADD', KEYS[2], '*', 'id', ARGV[4], 'type', ARGV[5], 'subject', ARGV[6], 'event', ARGV[7])
else
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'id', ARGV[4], 'type', ARGV[5], 'subject', ARGV[6], 'event', ARGV[7])
end
if #fields > 0 then
  redis.call('HSET', KEYS[3], unpack(fields))
end
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 1
