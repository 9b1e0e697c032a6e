// Signing in leads on to where the address says. The form takes that along however early it is sent: this needs no page state.
document.addEventListener(
  "submit",
  ({ target }) => {
    const next = target.querySelector("input[name=next]");
    if (next) next.value = new URLSearchParams(location.search).get("next") ?? "/";
  },
  true,
);
