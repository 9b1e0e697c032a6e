/** The measurements of one image's objects, or a sentence on why they cannot be had. */
export async function fetchMeasurements(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, credentials: 'same-origin', headers: { Accept: 'application/json' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error("Couldn't load the objects: the server did not answer.");
  }
  if (response.status === 401) throw new Error('You are signed out. Sign in again to see the objects.');
  if (!response.ok) throw new Error("Couldn't load the objects. Try again in a moment.");
  return response.json();
}
