import { LoadProblem, problemOf } from '../loading.js';

/** The response of a GET with the browser's cookie; throws LoadProblem with a sentence. `what` is "history" or the like. */
export async function asked(url, what, { signal, accept = 'application/json' } = {}) {
  let response;
  try {
    response = await fetch(url, { signal, credentials: 'same-origin', headers: { Accept: accept }, cache: 'no-cache' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new LoadProblem(`Couldn't load the ${what}: the server did not answer. Check the connection, then try again.`);
  }
  if (!response.ok) throw new LoadProblem(problemOf(response.status, what));
  return response;
}
