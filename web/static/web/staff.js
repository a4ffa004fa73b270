// What the pages of the staff share. Everything works without it as links and forms; this makes it quick.
import "./address-lines.js";
import "./draft-area.js";
import "./file-names.js";
import "./kbd-scope.js";
import "./live-link.js";
import "./menus.js";
import "./more-text.js";
import "./panes.js";
import "./ref-copy.js";
import "./undo-toast.js";

document.documentElement.classList.add("has-script");
