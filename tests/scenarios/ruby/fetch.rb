# Fetches one url with Net::HTTP under the limit that the plan sets. Ruby waits in ppoll for the socket and for a descriptor of its own.

require 'net/http'
require_relative 'plan'

url = URI(Plan.text('url'))
http = Net::HTTP.new(url.host, url.port)
http.read_timeout = Plan.seconds('timeout')
http.max_retries = 0
Plan.say(waiting: 1, began: Plan.now)
Plan.number('attempts', 1).times do
  http.get(url.path)
rescue SystemCallError, Net::ReadTimeout => error
  warn error
end
