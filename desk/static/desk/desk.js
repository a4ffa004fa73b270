// What only the desk has.
import "./compose-box.js";
import "./queue-list.js";
