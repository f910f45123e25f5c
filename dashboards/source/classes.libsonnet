// The finding classes: the registry, with the words of each.
local registry = import '../../agent/detect/classes.json';
local words = import 'words.libsonnet';

local sentence(text) = std.asciiUpper(text[0]) + text[1:] + '.';
local made(one) = {
  panel: std.asciiUpper(one.class[0]) + std.strReplace(one.class[1:], '-', ' '),
  shows: sentence(one.title),
  cause: if std.objectHas(one, 'qualifier') then '{{ $labels.qualifier }}' else one.title,
  summary: one.title + ', {{ $value }} times',
  description: '`sockwarden explain ' + one.class + '` says what it costs, how it is proven, and the fix.',
  first: 'Its runbook has the fix.',
};

[
  one {
    page: 'agent/detect/' + one.class + '.md',
    words: made(one) + if std.objectHas(words, one.class) then words[one.class] else {},
  }
  for one in registry
]
