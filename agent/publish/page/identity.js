// Who a process is, as people say it.

export const nameOf = process => process.service || process.comm || 'not attributed';

/// Where it runs, where that says more.
export function placeOf(process) {
  const place = process.service && process.comm && process.comm !== process.service ? [process.comm] : [];
  if (process.container_id) place.push('container ' + process.container_id.slice(0, 12));
  else if (process.unit) place.push(process.unit);
  return place.join(', ');
}

export const keyOf = process => [nameOf(process), process.comm, process.container_id, process.unit].join('|');

// As the pages of the classes call them.
const languages = [['Python', /^python/], ['Node', /^node/], ['Java', /^java$/], ['Ruby', /^ruby/], ['PHP', /^php/], ['.NET', /^dotnet/]];

/// The language of a program, where its executable or its frames tell; else null.
export function languageOf(finding) {
  const exe = (finding.process.exe ?? '').split('/').pop();
  const found = languages.find(([, pattern]) => pattern.test(exe));
  if (found) return found[0];
  const frames = (finding.origin ?? []).flatMap(stack => stack.frames);
  if (frames.some(frame => /\.go:\d/.test(frame))) return 'Go';
  if (frames.some(frame => /\.(cc|cpp|cxx|c|h|rs):\d/.test(frame))) return 'C, C++, Rust';
  return null;
}
