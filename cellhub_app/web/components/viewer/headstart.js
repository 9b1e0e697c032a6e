/**
 * What assets/headstart.js asked for when the page began to load: the picture as an ImageBitmap, the outlines as an ArrayBuffer.
 * Each is handed out once; null where it was not asked for, or did not come.
 */
export async function headstart(url) {
  const begun = globalThis.cellhubHeadstart?.get(url);
  globalThis.cellhubHeadstart?.delete(url);
  return (await begun) ?? null;
}
