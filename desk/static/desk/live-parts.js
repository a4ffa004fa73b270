// When the server says that something changed, the parts of the page that show it are asked for anew and morphed into
// place. What somebody is doing there is left alone: focus, selection, scroll place, open menus and unfolded texts.

/** What a fresh part may not touch. @param {Node} node */
function isInUse(node) {
  if (!(node instanceof Element)) return false;
  return (node instanceof HTMLDetailsElement && node.open) || node.matches("more-text, peer-list");
}

Object.assign(window.Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (/** @type {Node} */ old) => !isInUse(old),
});

/** The entry that is read just now, by which the scroll place is held. @param {Element} box */
function readNow(box) {
  const top = box === document.documentElement ? 0 : box.getBoundingClientRect().top;
  return [...box.querySelectorAll("[data-testid=entry]")].find((entry) => entry.getBoundingClientRect().bottom > top);
}

/** Change a part while what is being read stays where it is. @param {() => void} change */
function holdingStill(change) {
  const pane = document.querySelector(".talk");
  const box = pane && getComputedStyle(pane).overflowY === "auto" ? pane : document.documentElement;
  const atNewest = box === pane && pane.scrollTop > -40; // it grows upwards, its newest line is at 0
  const entry = atNewest ? undefined : readNow(box);
  const before = entry?.getBoundingClientRect().top ?? 0;
  change();
  if (entry?.isConnected) box.scrollTop += entry.getBoundingClientRect().top - before;
}

/** @param {Element} fresh */
function put(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  window.Idiomorph.morph(old, fresh, { morphStyle: "outerHTML" });
  const part = document.getElementById(fresh.id);
  if (part) window.htmx.process(part);
}

let asking = false;
let again = false; // something changed while the last answer was under way: it may not hold it yet

async function refreshTicket() {
  again = asking;
  const work = document.querySelector("#work .work");
  const address = work?.getAttribute("data-parts");
  if (!work || !address || asking) return;
  asking = true;
  try {
    const lines = work.querySelectorAll("#talk-lines [data-testid=entry]").length;
    const answer = await fetch(`${address}&lines=${lines}`, { headers: { "HX-Request": "true" } });
    const still = document.querySelector("#work .work") === work; // else another ticket was opened meanwhile
    if (!answer.ok || !still) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    holdingStill(() => [...page.body.children].forEach(put));
  } catch {
    document.dispatchEvent(new CustomEvent("live:missed")); // no network: it is asked for again
  } finally {
    asking = false;
    if (again) refreshTicket();
  }
}

document.addEventListener("live:changed", (event) => {
  const { parts } = /** @type {CustomEvent} */ (event).detail;
  if (parts.includes("queue")) document.dispatchEvent(new CustomEvent("desk:stale"));
  if (parts.includes("ticket")) refreshTicket();
});
