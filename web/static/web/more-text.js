// <more-text>: a long text is cut by its style sheet to some lines, with a button for the rest.
// The words of the button stand on an element around it: data-more and data-less.

class MoreText extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(":scope > .more-button")) return;
    const inner = document.createElement("div");
    inner.className = "more-inner";
    inner.append(...this.childNodes);
    this.append(inner);
    this.classList.add("is-cut");
    if (inner.scrollHeight <= inner.clientHeight + 4) {
      this.classList.remove("is-cut");
      return;
    }
    this.append(this.#button());
  }

  #button() {
    const button = document.createElement("button");
    const words = /** @type {HTMLElement} */ (this.closest("[data-more]") ?? this);
    button.type = "button";
    button.className = "more-button";
    const name = () => {
      const cut = this.classList.contains("is-cut");
      button.textContent = (cut ? words.dataset.more : words.dataset.less) ?? "";
      button.setAttribute("aria-expanded", String(!cut));
    };
    button.addEventListener("click", () => {
      this.classList.toggle("is-cut");
      name();
    });
    name();
    return button;
  }
}

customElements.define("more-text", MoreText);
