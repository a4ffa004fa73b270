// Menus are <details class="menu">: they close on Escape, on a click beside them, and when another opens.

/** @param {Element | null} [kept] */
function closeOthers(kept = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== kept && !menu.contains(kept)) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  const inside = event.target instanceof Element ? event.target.closest("details.menu") : null;
  closeOthers(inside);
});

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" ? document.querySelector("details.menu[open]") : null;
  if (!open) return;
  open.removeAttribute("open");
  open.querySelector("summary")?.focus();
  event.stopImmediatePropagation();
}, { capture: true });

// A form that htmx has put into a menu gets the focus, in its first field or where it says so itself, unless
// somebody has gone into one of its fields already.
// A menu near the edge turns to the other side.
document.addEventListener("htmx:afterSettle", (event) => {
  const menu = event.target instanceof Element ? event.target.closest("details.menu[open]") : null;
  if (menu?.querySelector(".menu-body")?.contains(document.activeElement)) return;
  const first = menu?.querySelector(".menu-body [autofocus]")
    ?? menu?.querySelector(".menu-body select, .menu-body input:not([type=hidden]), .menu-body textarea");
  if (first instanceof HTMLElement) first.focus();
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement) || !menu.open || !menu.classList.contains("menu")) return;
  const body = menu.querySelector(".menu-body");
  body?.classList.remove("turns-left");
  if (body && body.getBoundingClientRect().right > document.documentElement.clientWidth - 8) body.classList.add("turns-left");
}, { capture: true });

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-opens]") : null;
  const dialog = opener && document.getElementById(opener.getAttribute("data-opens") ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  closeOthers();
  dialog.showModal();
});
