// Small comforts for browsers that run scripts; every page works without them.

class PrintPage extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary";
    button.textContent = this.getAttribute("label");
    button.addEventListener("click", () => window.print());
    this.replaceChildren(button);
  }
}
customElements.define("print-page", PrintPage);

// <copy-reference text label done>: keeps what it holds and adds a button that copies the text.
class CopyReference extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm copy-button";
    button.textContent = this.getAttribute("label");
    button.addEventListener("click", () => this.#copy(button));
    this.append(" ", button);
  }

  async #copy(button) {
    try {
      await navigator.clipboard.writeText(this.getAttribute("text"));
    } catch {
      getSelection()?.selectAllChildren(this.firstElementChild); // no right to the clipboard: marked, ready for Ctrl+C
      return;
    }
    button.textContent = this.getAttribute("done");
    setTimeout(() => (button.textContent = this.getAttribute("label")), 2000);
  }
}
customElements.define("copy-reference", CopyReference);

// From 80 % of what a field takes, say how much room is left.
for (const field of document.querySelectorAll("textarea[data-counts-to]")) {
  const most = Number(field.dataset.countsTo);
  const shown = document.createElement("p");
  shown.className = "form-text room-left";
  shown.setAttribute("role", "status");
  field.after(shown);
  field.addEventListener("input", () => {
    const written = [...field.value].length;
    shown.textContent = written < most * 0.8 ? "" : `${written} / ${most}`;
    shown.classList.toggle("room-over", written > most);
  });
}
