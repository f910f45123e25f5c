// Asks the agent. An answer stays until the agent has another one: it is asked with the ETag of the last.

const most = 40;
const answers = new Map();  // path → {etag, data, failure}

export class Refusal extends Error {}

function keep(path, answer) {
  answers.delete(path);
  answers.set(path, answer);
  if (answers.size > most) answers.delete(answers.keys().next().value);
}

async function asked(path, signal) {
  const {etag, data} = answers.get(path) ?? {};
  const headers = etag ? {'If-None-Match': etag} : {};
  const response = await fetch('api/v1/' + path, {headers, signal, cache: 'no-store', credentials: 'same-origin'});
  if (response.status === 304) return {etag, data};
  const body = await response.json().catch(() => null);
  if (!response.ok || body?.status !== 'success') throw new Refusal(body?.error ?? `the agent answers ${response.status}`);
  return {etag: response.headers.get('ETag'), data: body.data};
}

/// Whether there was an answer; `known` and `failureOf` have it.
export async function ask(path, signal) {
  try {
    keep(path, await asked(path, signal));
    return true;
  } catch (failure) {
    if (!signal.aborted) keep(path, {...answers.get(path), failure});
    return false;
  }
}

/// The last answer, if there was one.
export const known = path => answers.get(path)?.data;

/// Why there was none the last time it was asked for.
export const failureOf = path => answers.get(path)?.failure;
