// Files that are dropped onto the page, wherever: a browser would open them in the page's place. They go to
// House > Imports.

let waiting = []; // until that section is there
let receive = null;

/** Takes all files that are dropped onto the page from now on. */
export function takeDrops() {
  // Before the view's own listeners: an editor would put a file's text where it is dropped.
  const options = {capture: true};
  for (const kind of ["dragenter", "dragover"])
    document.addEventListener(kind, (event) => hasFiles(event) && event.preventDefault(), options);
  document.addEventListener("drop", (event) => hasFiles(event) && take(event), options);
}

/** Calls `hear` with the files that were dropped, and those that are, until `signal` is aborted. */
export function receiveFiles(hear, signal) {
  receive = hear;
  signal.addEventListener("abort", () => (receive = receive === hear ? null : receive), {once: true});
  const files = waiting;
  waiting = [];
  if (files.length > 0) hear(files);
}

function hasFiles({dataTransfer}) {
  return dataTransfer?.types.includes("Files") ?? false;
}

function take(event) {
  event.preventDefault();
  event.stopPropagation();
  const files = [...event.dataTransfer.files];
  if (files.length === 0) return;
  if (receive) return receive(files);
  waiting = files;
  location.hash = "#/house/imports";
}
