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
    fill("invitation", next.startsWith("/invitation#") ? decodeURIComponent(next.split("#")[1]) : "");
  },
  true,
);
