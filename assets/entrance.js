// Signing in leads on to where the address says, and a letter's link carries its secret behind the #, which no server is told.
// Forms take both along however early they are sent: this needs no page state.
document.addEventListener(
  "submit",
  ({ target }) => {
    const fill = (name, value) => {
      const field = target.querySelector(`input[type=hidden][name=${name}]`);
      if (field) field.value = "here" in field.dataset ? location.pathname + location.hash : value;
    };
    const next = new URLSearchParams(location.search).get("next") ?? "/";
    fill("next", next);
    fill("token", decodeURIComponent(location.hash.slice(1)));
    fill("image", new URLSearchParams(location.search).get("image") ?? "");
    fill("invitation", next.startsWith("/invitation#") ? decodeURIComponent(next.split("#")[1]) : "");
  },
  true,
);

// A share link opens by itself, and asks for its password if it has one: then the address says so.
if (/^\/s\/?$/.test(location.pathname)) {
  const asked = new URLSearchParams(location.search);
  if (!location.hash && !asked.has("error")) location.replace("/s?error=shareLinkClosed");
  else if (!asked.has("error")) openLink({ token: location.hash.slice(1), image: asked.get("image") ?? "" });
}

function openLink(fields) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/api/v1/shared", hidden: true });
  for (const [name, value] of Object.entries(fields)) if (value) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.documentElement.append(form);
  form.submit();
  form.remove();
}
