// Elements of the page, built without markup: text only ever becomes text, so that a title with tags
// in it is shown and never executed.

const kSvg = "http://www.w3.org/2000/svg";
// These say what the control holds now; as attributes they would only say what it began with.
const kProperties = new Set(["value", "checked", "disabled", "selected", "indeterminate", "open", "hidden"]);

/**
 * An element: h("button", {class: "go", on: {click: keep}}, "Keep as list").
 * @param {string} tag
 * @param {Object} attributes  `on` has listeners, `style` goes through the CSSOM (the page's policy forbids
 *                             style attributes); null, undefined and false leave an attribute out
 * @param {...(Node|string|number|Array|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for pictures: svg("rect", {width: 3}). */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(kSvg, tag), attributes, children);
}

/**
 * Titles and names come from anywhere: each keeps its own direction, whatever stands around it, and one of
 * blanks only can still be seen and pressed.
 */
export function named(text) {
  const isBlank = (text ?? "").trim() === "";
  return h("bdi", {class: isBlank ? "soft" : null}, isBlank ? "without a name" : text);
}

/** Puts these children in the place of all that `parent` had. */
export function put(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
  return parent;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  append(element, children);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "style") {
    for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
  } else if (kProperties.has(name)) {
    element[name] = value;
  } else if (value === true) {
    element.setAttribute(name, name.startsWith("aria-") ? "true" : "");
  } else if (value !== false || name.startsWith("aria-")) {
    element.setAttribute(name, String(value));
  }
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}
