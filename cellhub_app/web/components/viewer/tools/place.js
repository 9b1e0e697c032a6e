/** The plane that an address of polygons is about, and whether it is the present state, which alone can be edited. */
export function placeOf(polygonsUrl = '') {
  return { frame: Number(/[?&]frame=(\d+)/.exec(polygonsUrl)?.[1] ?? 0), isPresent: !/[?&]revision=\d/.test(polygonsUrl) };
}

/** Whether a session is that of a plane of an image. */
export function isOf(session, imageId, frame) {
  return Boolean(session) && session.imageId === imageId && session.frame === frame;
}
