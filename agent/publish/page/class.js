// The page of a class of findings, as `sockwarden explain` has it.

import {h} from './dom.js';
import {languagesOf, markdown} from './markdown.js';
import {address, changed} from './route.js';

export const title = 'Class';
export const subject = () => 'classes';
export const paths = () => ({classes: 'classes'});

/// Without the code of all languages but one.
function inLanguage(page, language) {
  const languages = languagesOf(page);
  if (!languages.includes(language)) return page;
  return page.split(/^(?=#{2,3} \S)/m).filter(part => {
    const heading = /^### (.*)/.exec(part)?.[1];
    return !heading || heading === language;
  }).join('');
}

export function render({classes}, query) {
  const chosen = classes.classes.find(each => each.class === query.name);
  const list = h('nav', {class: 'tabs', 'aria-label': 'Classes'}, classes.classes.map(each => h('a',
    {href: address('class', {name: each.class, language: query.language}), 'aria-current': each === chosen && 'true'}, each.class)));
  if (!chosen) return [h('h1', null, 'Classes of findings'), h('dl', {class: 'classes'}, classes.classes.map(each => [
    h('dt', null, h('a', {href: address('class', {name: each.class})}, each.class)), h('dd', null, each.title)]))];
  const languages = h('nav', {class: 'tabs', 'aria-label': 'Languages'}, ['', ...languagesOf(chosen.page)].map(name => h('a',
    {href: changed({language: name}), 'aria-current': (query.language ?? '') === name && 'true'}, name || 'all languages')));
  return [list, languages, h('article', {class: 'page'}, markdown(inLanguage(chosen.page, query.language))),
    h('p', null, h('a', {href: address('findings', {class: chosen.class})}, `Findings of ${chosen.class}`))];
}
