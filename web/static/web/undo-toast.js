// <undo-toast data-seconds>: counts down what the server granted, then goes. Undo itself is a plain form inside.

class UndoToast extends HTMLElement {
  /** @type {number | undefined} */
  #timer;

  connectedCallback() {
    const until = performance.now() + 1000 * Number(this.dataset.seconds);
    const count = this.querySelector("[data-count]");
    const tick = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (count) count.textContent = String(Math.max(0, left));
      if (left <= 0) this.#end();
    };
    tick();
    this.#timer = setInterval(tick, 250);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #end() {
    clearInterval(this.#timer);
    this.remove();
    document.dispatchEvent(new CustomEvent("desk:stale")); // what was shown as waiting is on its way now
  }
}

customElements.define("undo-toast", UndoToast);
