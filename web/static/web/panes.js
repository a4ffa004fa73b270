// What a pane shows while it loads and when loading fails. The words stand in templates on the page.

const PATIENCE = 150; // nothing moves before that many milliseconds, so quick answers do not flicker

/** The pane that waits for a request: an answer may be put elsewhere. @type {WeakMap<object, {pane: Element, timer: number}>} */
const waiting = new WeakMap();

/** @param {string} id */
function copyOf(id) {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  return first ? /** @type {HTMLElement} */ (first.cloneNode(true)) : null;
}

/** What is asked for in the background shows neither that it loads nor that it failed: it is asked for again.
 * @param {any} detail */
function isQuiet(detail) {
  return detail.elt instanceof Element && detail.elt.hasAttribute("data-quiet");
}

/** @param {any} detail */
function begin(detail) {
  const pane = detail.target;
  if (!(pane instanceof Element) || isQuiet(detail)) return;
  pane.setAttribute("aria-busy", "true");
  const another = pane.id === "work" && detail.requestConfig.verb === "get";
  const timer = setTimeout(() => {
    pane.classList.add("is-loading");
    const bones = another ? copyOf("pane-skeleton") : null;
    if (bones) pane.append(bones);
  }, PATIENCE);
  waiting.set(detail.xhr, { pane, timer });
}

/** @param {any} detail */
function end(detail) {
  const known = waiting.get(detail.xhr);
  if (!known) return;
  const { pane, timer } = known;
  clearTimeout(timer);
  pane.removeAttribute("aria-busy");
  pane.classList.remove("is-loading");
  pane.querySelector(":scope > .skeleton")?.remove();
}

/** @param {any} detail */
function failed(detail) {
  if (isQuiet(detail)) return;
  const { verb, path } = detail.requestConfig;
  const box = copyOf(verb === "get" ? "pane-error" : "send-error");
  if (!box) return;
  const code = box.querySelector("[data-code]");
  if (code) code.textContent = detail.xhr?.status ? String(detail.xhr.status) : "–";
  const form = detail.elt.closest("form");
  const place = verb === "get" ? detail.target : (form ?? detail.target);
  place.querySelector(":scope > .pane-error")?.remove();
  if (verb === "get" && place.id === "older") place.replaceChildren(box);
  else place.prepend(box);
  box.querySelector("[data-again]")?.addEventListener("click", () => {
    box.remove();
    if (verb !== "get" && form) form.requestSubmit();
    else window.htmx.ajax(verb, path, { source: detail.elt, target: detail.target, swap: detail.elt.getAttribute("hx-swap") });
  });
}

document.addEventListener("htmx:beforeRequest", (event) => begin(/** @type {CustomEvent} */ (event).detail));
document.addEventListener("htmx:afterRequest", (event) => end(/** @type {CustomEvent} */ (event).detail));
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => failed(/** @type {CustomEvent} */ (event).detail));
}
