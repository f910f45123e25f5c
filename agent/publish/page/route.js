// Every view is an address: #/VIEW?name=value&…

export function here() {
  const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
  return {view: path || 'findings', query: Object.fromEntries(new URLSearchParams(search ?? ''))};
}

/// What is null or empty is left out.
export function address(view, query = {}) {
  const entries = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(entries).toString();
  return `#/${view}${search && '?' + search}`;
}

/// This view, with some of its query changed; the page of a list begins anew.
export function changed(changes) {
  const {view, query} = here();
  return address(view, {...query, page: null, ...changes});
}
