// What only the desk has.
import "./compose-box.js";
import "./due-chip.js";
import "./live-parts.js";
import "./peer-list.js";
import "./queue-list.js";
