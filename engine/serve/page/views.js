// The views, in the order of the header. Each is a module with
//
//   export async function show(view)    fills view.root
//
// where view has: root (an element), argument (what follows its name in the address, "" for none),
// signal (aborted once the view is left), title(text) (of the browser's window) and isFirst (of the page).
// A view begins with its h1, which gets the focus when it is come to.

export const views = [
  {path: "lists", name: "Lists", load: () => import("./lists.js")},
  {path: "workbench", name: "Workbench", load: () => import("./workbench.js")},
  {path: "shuffle", name: "Shuffle", load: () => import("./shuffle.js")},
  {path: "discover", name: "Discover", load: () => import("./discover.js")},
  {path: "map", name: "Map", load: () => import("./map.js")},
  {path: "patterns", name: "Patterns", load: () => import("./patterns.js")},
  {path: "house", name: "House", load: () => import("./house.js")},
];
