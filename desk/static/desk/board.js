// The board: drawn anew by the server when something changed or a clock turned, and morphed into place.
import "./due-chip.js";
import "./live-parts.js";

const GAP = 1050; // the server's snapshot may be a second old: one asked for later knows of the change
const SAFETY = 20000; // what turned beyond the cards that are shown
let asked = 0; // the timer of the next refresh
let again = false; // told of more since then: the snapshot that is asked for may be older than that

/** Somebody is at work in a menu: the board waits until it is closed. */
function isInUse() {
  return document.querySelector("#board details.menu[open]") !== null;
}

function refresh() {
  asked = 0;
  if (document.visibilityState === "hidden") return;
  if (isInUse()) return soon();
  window.htmx.trigger("#board", "refresh");
  if (again) soon();
  again = false;
}

function soon() {
  again = asked !== 0;
  asked ||= setTimeout(refresh, GAP);
}

document.addEventListener("live:changed", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.parts.includes("board")) soon();
});
document.addEventListener("chip:turned", soon);
document.addEventListener("visibilitychange", soon);
setInterval(soon, SAFETY);
document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-at-once]") : null;
  if (form instanceof HTMLFormElement) form.requestSubmit();
});
