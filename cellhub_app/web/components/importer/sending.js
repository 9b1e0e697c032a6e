/** The body of an import. */
export function formOf(files, format, mode) {
  const form = new FormData();
  form.append('format', format);
  form.append('mode', mode);
  for (const file of files) form.append('files', file, file.name);
  return form;
}

/** Sends an import; answers why it was refused, or nothing when it was taken. */
export async function refusalOf(action, form, failed, send = fetch) {
  try {
    const answer = await send(action, { method: 'POST', body: form });
    if (answer.ok) return '';
    const problem = await answer.json();
    return problem.detail || failed;
  } catch {
    return failed;
  }
}
