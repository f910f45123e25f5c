local classes = import 'classes.libsonnet';
local p = import 'panels.libsonnet';

local graph(one) = p.graph(one.panel, one.words.panel, 'short', one.words.shows + ' By program, endpoint and cause.', [
  ['<service> {{server_address}} {{qualifier}}', 'sum by (<service>, server_address, qualifier) (sockwarden_findings{<program>, class="%s"})' % one.class],
]) + p.runbook(one.page);

local a_line = 4;
local last = std.length(classes) - 1;

[15, 'Each class of findings', [
  p.line([graph(classes[i]) for i in std.range(first, std.min(first + a_line - 1, last))], 7)
  for first in std.range(0, last)
  if first % a_line == 0
]]
