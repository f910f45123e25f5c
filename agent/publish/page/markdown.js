// The pages of the classes: as much Markdown as they use, as elements.

import {h} from './dom.js';

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map(part => {
    if (part.startsWith('`')) return h('code', null, part.slice(1, -1));
    if (part.startsWith('**')) return h('strong', null, part.slice(2, -2));
    const link = /^\[([^\]]+)\]\(/.exec(part);
    return link ? link[1] : part;
  });
}

const cells = line => line.trim().replace(/^\||\|$/g, '').split('|').map(cell => cell.trim());

function table(lines) {
  const [head, , ...rows] = lines.map(cells);
  return h('table', null, h('thead', null, h('tr', null, head.map(cell => h('th', {scope: 'col'}, inline(cell))))),
    h('tbody', null, rows.map(row => h('tr', null, row.map(cell => h('td', null, inline(cell)))))));
}

const items = lines => lines.reduce((all, line) => {
  if (line.startsWith('- ')) all.push(line.slice(2));
  else all[all.length - 1] += ' ' + line.trim();
  return all;
}, []);

/// Code keeps its lines and tabs.
export function code(text) {
  const pre = h('pre', {tabindex: 0});
  pre.append(document.createTextNode(text));
  return pre;
}

function block(lines) {
  const heading = /^(#+) (.*)/.exec(lines[0]);
  if (heading) return h('h' + Math.min(heading[1].length, 4), null, inline(heading[2]));
  if (lines[0].startsWith('|')) return table(lines);
  if (lines[0].startsWith('- ')) return h('ul', null, items(lines).map(item => h('li', null, inline(item))));
  return h('p', null, inline(lines.join(' ')));
}

const kindOf = line => line.startsWith('#') ? 'heading' : line.startsWith('|') ? 'table' : line.startsWith('- ') ? 'list' : 'text';

export function markdown(text) {
  const blocks = [];
  let lines = [], fence = null;
  const end = () => {
    if (lines.length) blocks.push(block(lines));
    lines = [];
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      if (fence) blocks.push(code(fence.join('\n')));
      else end();
      fence = fence ? null : [];
      continue;
    }
    if (fence) {
      fence.push(line);
      continue;
    }
    const kind = kindOf(line);
    const before = lines.length ? kindOf(lines[0]) : kind;
    if (line.trim() === '' || kind === 'heading' || before === 'heading' || (kind !== before && !(before === 'list' && kind === 'text'))) end();
    if (line.trim() !== '') lines.push(line);
  }
  end();
  return blocks;
}

/// The part of a page below a heading, "Python"; empty where there is none.
export function partOf(page, heading) {
  const lines = page.split('\n');
  const first = lines.findIndex(line => line === '### ' + heading);
  if (first < 0) return '';
  const length = lines.slice(first + 1).findIndex(line => /^#{2,3} \S/.test(line));
  return lines.slice(first + 1, length < 0 ? undefined : first + 1 + length).join('\n').trim();
}

/// What a page has code for.
export const languagesOf = page => [...page.matchAll(/^### (.*)$/gm)].map(match => match[1]).filter(name => name !== 'Any language');

/// Its code alone: which of its fixes is meant, a finding says itself.
export const codeOf = part => (part.match(/^```[^]*?^```/gm) ?? []).join('\n');
