// Makes and updates elements. What programs call themselves is only ever text here.

const SVG = 'http://www.w3.org/2000/svg';

/// Control characters, and those that turn text around, are shown instead of obeyed.
export function visible(text) {
  return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    c => c === '\n' ? '\\n' : c === '\t' ? '\\t' : '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const keyOf = node => node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') : null;
const alike = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function morphAttributes(old, next) {
  for (const {name} of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const {name, value} of [...next.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

/// Makes the children of `old` those of `next`. What stays the same is not touched: focus, selection and scroll stay.
export function morph(old, next) {
  const keyed = new Map();
  for (const child of old.childNodes) if (keyOf(child) !== null) keyed.set(keyOf(child), child);
  let at = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    const candidate = key !== null ? keyed.get(key) : at;
    if (!candidate || !alike(candidate, wanted)) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (candidate === at) at = at.nextSibling;
    else old.insertBefore(candidate, at);
    update(candidate, wanted);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function update(old, next) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  morphAttributes(old, next);
  if (old.hasAttribute('data-keep')) return;  // a chart looks after its own inside
  morph(old, next);
  // What is being typed is newer than what the address says.
  if ('value' in old && old !== document.activeElement && old.value !== next.value) old.value = next.value;
}
