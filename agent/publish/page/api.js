// Asks the agent. An answer stays until the agent has another one: it is asked with the ETag of the last.

const most = 40;
const answers = new Map();  // path → {etag, data}

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, signal) {
  const known = answers.get(path);
  const headers = known?.etag ? {'If-None-Match': known.etag} : {};
  const response = await fetch('api/v1/' + path, {headers, signal, cache: 'no-store', credentials: 'same-origin'});
  if (response.status === 304) return known.data;
  const body = await response.json().catch(() => null);
  if (!response.ok || body?.status !== 'success')
    throw new Refusal(response.status, body?.error ?? `the agent answers ${response.status}`);
  answers.delete(path);
  answers.set(path, {etag: response.headers.get('ETag'), data: body.data});
  if (answers.size > most) answers.delete(answers.keys().next().value);
  return body.data;
}

/// The last answer, if there was one.
export const known = path => answers.get(path)?.data;
