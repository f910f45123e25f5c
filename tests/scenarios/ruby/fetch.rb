# Fetches one url with Net::HTTP under the limits that the plan sets: `timeout` is its read timeout, `deadline` that of another thread,
# which interrupts this one. Ruby waits in ppoll for the socket and for a descriptor of its own.

require 'net/http'
require 'timeout'
require_relative 'plan'

url = URI(Plan.text('url'))
http = Net::HTTP.new(url.host, url.port)
http.read_timeout = Plan.seconds('timeout')
http.max_retries = 0
Plan.say(waiting: 1, began: Plan.now)
Plan.number('attempts', 1).times do
  Timeout.timeout(Plan.seconds('deadline')) { http.get(url.path) }
rescue SystemCallError, Timeout::Error => error
  warn error
end
