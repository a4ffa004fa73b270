// What a page tells about how it looks. One object of questions, evaluated in the page.
({
  /** Waits until a resize is drawn and nothing is being loaded; what shows for a moment is nobody's page. */
  async settled() {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await drawn();
    if ("loadsForEver" in document.documentElement.dataset) return;
    for (let tries = 0; document.querySelector(".is-loading, .htmx-request") && tries < 100; tries += 1) {
      await new Promise((done) => setTimeout(done, 50));
      await drawn();
    }
  },

  /** Why the page scrolls sideways; empty where it does not. */
  sideways() {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return "";
    const beyond = [...document.querySelectorAll("body *")].filter(
      (el) => el.checkVisibility() && el.getBoundingClientRect().right > page.clientWidth + 1,
    );
    const names = beyond.slice(-3).map((el) => el.outerHTML.slice(0, 120));
    return `${page.scrollWidth} > ${page.clientWidth}: ${names.join(" | ")}`;
  },

  /** Targets smaller than so many pixels. A target counts with its label, for a click there is a click on it.
   *  Links in the middle of a sentence are exempt (WCAG 2.5.8). */
  smallTargets(least) {
    const isText = (node) => node?.nodeType === Node.TEXT_NODE && node.data.trim() !== "";
    const inSentence = (el) =>
      getComputedStyle(el).display === "inline" && (isText(el.previousSibling) || isText(el.nextSibling));
    const boxes = (el) =>
      [el, el.closest("label"), ...(el.labels ?? [])].filter(Boolean).map((each) => each.getBoundingClientRect());
    const fits = (box) => box.width >= least - 0.5 && box.height >= least - 0.5;
    const away = (box) => box.right <= 0 || box.bottom + scrollY <= 0 || (box.width <= 2 && box.height <= 2);
    const targets = document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]",
    );
    const small = [...targets].filter(
      (el) =>
        el.checkVisibility({ visibilityProperty: true }) &&
        !el.disabled &&
        el.tabIndex >= 0 &&
        !inSentence(el) &&
        !away(el.getBoundingClientRect()) &&
        !boxes(el).some(fits),
    );
    return small.map((el) => {
      const box = el.getBoundingClientRect();
      return `${Math.round(box.width)}x${Math.round(box.height)} ${el.outerHTML.replace(/\s+/g, " ").slice(0, 110)}`;
    });
  },

  /** Where the focus is: what, whether anything of it is seen, and whether a ring or the like marks it. */
  async focus() {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const el = document.activeElement;
    if (!el || el === document.body) return null;
    const marks = (each) => {
      const style = getComputedStyle(each);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
      return ring || style.boxShadow !== "none";
    };
    const holders = [el, el.closest("label"), el.nextElementSibling, ...(el.labels ?? [])].filter(Boolean);
    const sized = (each) => each.getBoundingClientRect().width > 2 && each.getBoundingClientRect().height > 2;
    const shown = holders.find(sized) ?? el;
    const whole = shown.getBoundingClientRect();
    const left = Math.max(0, whole.left);
    const top = Math.max(0, whole.top);
    const width = Math.min(innerWidth, whole.right) - left;
    const height = Math.min(innerHeight, whole.bottom) - top;
    const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]];
    const frames = "html, body, main, header, footer";
    const seen = width > 0 && height > 0 && points.some(([x, y]) => {
      const hit = document.elementFromPoint(left + x * width, top + y * height);
      return hit && (shown.contains(hit) || (hit.contains(shown) && !hit.matches(frames)));
    });
    const marked = holders.some(marks) || el.type === "date"; // the browser marks the parts of a date itself
    return { what: el.outerHTML.replace(/\s+/g, " ").slice(0, 130), seen, marked };
  },

  /** Every string on the page, those for screen readers included. */
  texts() {
    const found = new Set([document.title.split(" · ")[0]]);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (!walk.currentNode.parentElement.closest("script, template")) found.add(walk.currentNode.data);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      for (const el of document.querySelectorAll(`[${name}]`)) found.add(el.getAttribute(name));
    }
    return [...found].map((text) => text.trim().replace(/\s+/g, " ")).filter(Boolean);
  },

  /** What the page itself says in its headings, labels, buttons and paragraphs; not what people wrote. */
  labels() {
    const theirs = "bdi, time, code, kbd, .language-switch, .contact, .brand, .demo-login, [data-testid=reference]";
    const own = "main :is(button, label, legend, summary, th, dt, h1, h2, h3, p, .btn, .form-text)";
    return [...document.querySelectorAll(own)]
      .filter((el) => el.checkVisibility() && !el.closest(theirs))
      .map((el) => el.innerText.trim().replace(/\s+/g, " "))
      .filter(Boolean);
  },

  /** Moments with a time of day that do not say in which zone. */
  zoneless() {
    const words = (el) => `${el.textContent} ${el.title}`;
    const moments = [...document.querySelectorAll("time")].filter((el) => /\d[.:]\d\d/.test(words(el)));
    return moments.filter((el) => !/\b(WIB|WITA|WIT)\b/.test(words(el))).map((el) => el.outerHTML);
  },
})
