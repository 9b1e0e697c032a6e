// The two large things of an image's page are asked for while its scripts are still on their way; viewer/headstart.js hands them out.
const shown = /^\/projects\/[^/]+\/images\/([0-9a-f-]{36})\/?$/.exec(location.pathname);

if (shown) {
  const image = `/api/v1/images/${shown[1]}`;
  const begin = (url, options, read) =>
    [url, fetch(url, { credentials: "same-origin", ...options }).then((answer) => (answer.status === 200 ? read(answer) : null)).catch(() => null)];
  const asked = [begin(`${image}/display`, {}, async (answer) => createImageBitmap(await answer.blob()))];
  const address = new URLSearchParams(location.search);
  // Which plane a time or an object is in is known only later.
  const plane = /^[1-9]\d{0,5}$/.test(address.get("z")) ? address.get("z") - 1 : 0;
  if (!address.has("revision") && !address.has("t")) {
    asked.push(begin(`${image}/polygons?frame=${plane}&format=binary`, { cache: "no-cache" }, (answer) => answer.arrayBuffer()));
  }
  globalThis.cellhubHeadstart = new Map(asked);
}
