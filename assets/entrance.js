// Signing in leads on to where the address says, and a letter's link carries its secret behind the #, which no server is told.
// The form takes both along however early it is sent: this needs no page state.
document.addEventListener(
  "submit",
  ({ target }) => {
    const next = target.querySelector("input[name=next]");
    if (next) next.value = new URLSearchParams(location.search).get("next") ?? "/";
    const token = target.querySelector("input[name=token]");
    if (token) token.value = decodeURIComponent(location.hash.slice(1));
  },
  true,
);
