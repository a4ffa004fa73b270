// <due-chip data-due data-warn data-urgent>: goes on telling how a deadline stands, by the server's clock.
// The words stand on <body data-clock>: formats by name, and the server's time when the page was made.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const chips = new Set();
let offset = 0;
let formats = null;
let timer = 0;

function learn() {
  const told = document.querySelector("[data-clock]");
  if (formats || !(told instanceof HTMLElement)) return;
  formats = JSON.parse(told.dataset.clock ?? "{}");
  offset = Date.parse(told.dataset.now ?? "") - Date.now();
}

function say(format, values) {
  return format.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name]));
}

function lasting(length) {
  const minutes = Math.max(0, Math.floor(length / MINUTE));
  if (length >= 48 * HOUR) return say(formats.days, { days: Math.floor(minutes / 1440) });
  if (length >= HOUR) return say(formats.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  if (length >= 10 * MINUTE) return say(formats.minutes, { minutes });
  return say(formats.seconds, { minutes, seconds: Math.max(0, Math.floor(length / 1000)) % 60 });
}

// One timer for the page: every second only while something is due within ten minutes.
function tick() {
  const now = Date.now() + offset;
  let near = false;
  for (const chip of chips) near = chip.show(now) || near;
  clearTimeout(timer);
  if (chips.size) timer = setTimeout(tick, near ? 1000 : 15_000);
}

class DueChip extends HTMLElement {
  connectedCallback() {
    learn();
    if (!this.dataset.due || !formats) return;
    chips.add(this);
    tick();
  }

  disconnectedCallback() {
    chips.delete(this);
  }

  show(now) {
    const left = Date.parse(this.dataset.due) - now;
    const late = left <= 0;
    const look = late ? "late" : now >= Date.parse(this.dataset.urgent) ? "urgent" : now >= Date.parse(this.dataset.warn) ? "soon" : "calm";
    if (!this.classList.contains(`due-${look}`)) {
      this.classList.remove("due-calm", "due-soon", "due-urgent", "due-late");
      this.classList.add(`due-${look}`);
      const use = this.querySelector("use");
      use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*$/, `#${formats.signs[look]}`));
      this.dispatchEvent(new CustomEvent("chip:turned", { bubbles: true }));
    }
    const words = this.querySelector("[data-words]");
    const text = late ? say(formats.late, { time: lasting(-left) }) : lasting(left);
    if (words && words.textContent !== text) words.textContent = text;
    return Math.abs(left) < 10 * MINUTE;
  }
}

customElements.define("due-chip", DueChip);
