# What a scenario is told (environment variable PLAN, one key=value a line) and what it tells (a line of JSON).

require 'json'

module Plan
  TOLD = ENV.fetch('PLAN', '').lines(chomp: true).to_h { |line| line.split('=', 2) }

  # nil where the plan sets no limit: what a library takes for 'wait for ever'
  def self.seconds(key) = TOLD[key]&.to_f
  def self.number(key, default = 0) = TOLD.fetch(key, default).to_i
  def self.text(key) = TOLD.fetch(key, '')

  def self.say(**facts)
    puts JSON.generate(pid: Process.pid, facts: facts)
    $stdout.flush
  end

  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end
