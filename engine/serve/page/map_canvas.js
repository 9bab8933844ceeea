// The map on its canvas: moved, enlarged, pointed at, encircled. Dots lie on one canvas (map_dots.js), names
// of clusters, the marked track and the line around chosen tracks on another above it.

import {clusterColour, darkness} from "./map_colours.js";
import {MapDots, pixelOf} from "./map_dots.js";
import {h} from "./dom.js";
import {MapGestures} from "./map_gestures.js";

const kReach = 14; // pixels within which a track is meant
const kMostScale = 400; // times the whole map
const kStep = 60; // pixels that an arrow key moves
const kNameHeight = 22;
const kRestMs = 120; // after which a movement is over

export class MapCanvas {
  #isAsked = false; // the next frame draws
  #areDotsOld = true;
  #names = new Map(); // of clusters, as pictures
  #isFaint = null;
  #resting = 0; // the timer that draws well what was drawn coarse in a movement

  /**
   * @param {import("./map_points.js").MapPoints} points
   * @param {{name: string}[]} clusters
   * @param {{choose: function(number), encircled: function(number[]), describedBy: string,
   *          signal: AbortSignal}} options
   *   `choose` gets the track that was tapped, or -1; `encircled` those inside a line
   */
  constructor(points, clusters, options) {
    Object.assign(this, {points, clusters, options});
    this.camera = {x: 0, y: 0, scale: 1};
    this.whole = 1; // the scale that shows all
    this.marked = -1;
    this.pointed = -1;
    this.line = null; // in the map's own units, while one is drawn or tracks are chosen
    this.below = h("canvas", {"aria-hidden": true});
    this.above = h("canvas", {
      class: "map-above",
      tabindex: "0",
      role: "application",
      "aria-label": "Map of your tracks",
      "aria-describedby": options.describedBy,
      on: {keydown: (event) => this.#key(event)},
    });
    this.tip = h("div", {class: "map-tip", hidden: true, "aria-hidden": true});
    this.element = h("div", {class: "map-canvas"}, this.below, this.above, this.tip);
    this.dots = new MapDots(this.below);
    this.pen = this.above.getContext("2d");
    this.gestures = new MapGestures(this.above, this);
    this.#takeColours();
    darkness.addEventListener("change",
      () => {
        this.#takeColours();
        this.draw();
      },
      {signal: options.signal});
    new ResizeObserver(() => this.#resize()).observe(this.element);
  }

  // ---- the part that is seen ----

  #resize() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (width === 0 || height === 0) return;
    const isFirst = this.width === undefined;
    const wasWhole = this.camera.scale === this.whole;
    Object.assign(this, {width, height});
    this.#names.clear(); // the screen may have other pixels
    this.dots.resize(width, height);
    const ratio = devicePixelRatio || 1;
    this.above.width = Math.round(width * ratio);
    this.above.height = Math.round(height * ratio);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const {left, right, low, high} = this.points;
    this.whole = 0.92 * Math.min(width / Math.max(right - left, 1e-6), height / Math.max(high - low, 1e-6));
    if (isFirst || wasWhole) this.showWhole();
    this.#areDotsOld = true; // a canvas of another size is empty
    this.drawNow();
  }

  showWhole() {
    const {left, right, low, high} = this.points;
    this.camera = {x: (left + right) / 2, y: (low + high) / 2, scale: this.whole};
    this.draw();
  }

  across(x) {
    return this.width / 2 + (x - this.camera.x) * this.camera.scale;
  }
  down(y) {
    return this.height / 2 - (y - this.camera.y) * this.camera.scale;
  }
  /** The place on the map below these pixels. */
  placeAt(px, py) {
    const {x, y, scale} = this.camera;
    return {x: x + (px - this.width / 2) / scale, y: y - (py - this.height / 2) / scale};
  }

  move(dx, dy) {
    this.camera.x -= dx / this.camera.scale;
    this.camera.y += dy / this.camera.scale;
    this.#moved();
  }

  /** Nearer or farther, around this pixel. */
  zoom(by, px = this.width / 2, py = this.height / 2) {
    const fixed = this.placeAt(px, py);
    this.camera.scale = Math.min(Math.max(this.camera.scale * by, this.whole / 2), this.whole * kMostScale);
    this.camera.x = fixed.x - (px - this.width / 2) / this.camera.scale;
    this.camera.y = fixed.y + (py - this.height / 2) / this.camera.scale;
    this.point(-1);
    this.#moved();
  }

  #moved() {
    if (this.dots.isSlow) {
      clearTimeout(this.#resting);
      this.#resting = setTimeout(() => {
        this.#resting = 0;
        this.draw();
      }, kRestMs);
    }
    this.draw();
  }

  /** Brings a track into the middle and marks it. */
  goTo(track) {
    this.camera.x = this.points.xs[track];
    this.camera.y = this.points.ys[track];
    this.camera.scale = Math.max(this.camera.scale, this.whole * 6);
    this.marked = track;
    this.draw();
  }

  /** Brings these tracks into view. */
  showAll(tracks) {
    if (tracks.length === 0) return;
    const of = (values) => tracks.map((k) => values[k]).sort((a, b) => a - b);
    const xs = of(this.points.xs),
      ys = of(this.points.ys);
    // Without the outermost two of a hundred at each side: one that lies far off shows nothing else.
    const ends = (sorted) => [
      sorted[Math.floor(0.02 * sorted.length)],
      sorted[Math.ceil(0.98 * sorted.length) - 1],
    ];
    const [left, right] = ends(xs),
      [low, high] = ends(ys);
    const scale =
      0.7 * Math.min(this.width / Math.max(right - left, 1e-6), this.height / Math.max(high - low, 1e-6));
    this.camera = {
      x: (left + right) / 2,
      y: (low + high) / 2,
      scale: Math.min(scale, this.whole * 12),
    };
    this.draw();
  }

  // ---- what is told apart ----

  mark(track) {
    this.marked = track;
    this.drawAbove();
  }

  /** Only these are in colour. @param {Int32Array|number[]|null} tracks null: all */
  single(tracks, line = null) {
    this.line = line;
    this.#isFaint = null;
    if (tracks) {
      this.#isFaint = new Uint8Array(this.points.count).fill(1);
      for (const k of tracks) this.#isFaint[k] = 0;
    }
    this.draw();
  }

  /** What the pointer is on: its name beside it. */
  point(track) {
    if (track === this.pointed && this.tip.hidden === track < 0) return;
    this.pointed = track;
    this.tip.hidden = track < 0;
    if (track >= 0) this.#placeTip(track);
    this.drawAbove();
  }

  #placeTip(track) {
    const cluster = this.clusters[this.points.clusters[track]];
    this.tip.replaceChildren(h("b", {dir: "auto"}, this.points.names[track]),
      h("span", {dir: "auto"}, cluster ? cluster.name : "in no cluster"));
    const x = this.across(this.points.xs[track]),
      y = this.down(this.points.ys[track]);
    const {offsetWidth: width, offsetHeight: height} = this.tip;
    const left = Math.max(4, Math.min(x + 12, this.width - width - 4));
    const top = y + 16 + height > this.height ? y - height - 12 : y + 16;
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(4, top))}px)`;
  }

  trackAt(px, py) {
    const {x, y} = this.placeAt(px, py);
    const isShown = this.#isFaint ? (k) => this.#isFaint[k] === 0 : undefined;
    return this.points.nearest(x, y, kReach / this.camera.scale, isShown);
  }

  // ---- drawing ----

  /** With the next frame, once, however often it is asked for. */
  draw() {
    this.#areDotsOld = true;
    this.drawAbove();
  }

  /** The same without the dots: names, the line, the marked track. */
  drawAbove() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      if (this.#isAsked) this.drawNow();
    });
  }

  drawNow() {
    this.#isAsked = false;
    if (!this.width) return;
    const size = this.#radius();
    if (this.#areDotsOld)
      this.dots.draw(this.points, this.camera, {
        ...this.look,
        radius: size,
        isFaint: this.#isFaint,
        isCoarse: this.#resting !== 0,
      });
    this.#areDotsOld = false;
    this.pen.clearRect(0, 0, this.width, this.height);
    this.#drawLine();
    this.#drawNames(size);
    for (const track of [this.pointed, this.marked]) if (track >= 0) this.#drawRing(track, size);
  }

  #radius() {
    const crowd = Math.sqrt((this.width * this.height) / Math.max(1, this.points.count)) / 8;
    return Math.min(6, Math.max(1.1, crowd) * Math.sqrt(this.camera.scale / this.whole));
  }

  #takeColours() {
    this.#names.clear();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.ink = colour("--ink");
    this.paper = colour("--raise");
    this.accent = colour("--accent");
    this.look = {
      ground: pixelOf(fullColour(this.paper)),
      faint: pixelOf(fullColour(colour("--line"))),
      colours: Uint32Array.from([
        pixelOf(fullColour(colour("--hue-rest"))),
        ...this.clusters.map((_, k) => pixelOf(clusterColour(k, darkness.matches))),
      ]),
    };
  }

  // Larger clusters come first; a name that would lie on one that is there already is left out. That of a
  // cluster that is seen only in part stays in the picture.
  #drawNames(size) {
    const taken = [{x: this.width - 26, y: 62, half: 30, tall: 70}]; // the buttons
    this.clusters.forEach((_, k) => {
      if (this.lone !== undefined && this.lone !== k) return;
      const {x: middle, top, bottom} = this.points.middles[k];
      const x = this.across(middle),
        y = Math.max(14, this.down(top) - size - 10);
      if (x < 0 || x > this.width || this.down(bottom) < 14 || y > this.height - 10) return;
      const {picture, half} = this.#nameOf(k);
      const inside = Math.min(Math.max(x, half), this.width - half);
      const isTaken = (each) =>
        Math.abs(each.x - inside) < each.half + half && Math.abs(each.y - y) < (each.tall ?? kNameHeight);
      if (taken.some(isTaken)) return;
      taken.push({x: inside, y, half});
      this.pen.drawImage(picture, inside - half, y - kNameHeight / 2, 2 * half, kNameHeight);
    });
  }

  // Names are drawn once: text with a rim takes longer than all the dots.
  #nameOf(k) {
    const known = this.#names.get(k);
    if (known) return known;
    const {name} = this.clusters[k];
    const shown = name.length > 32 ? `${name.slice(0, 31)}…` : name;
    const font = "600 12.5px system-ui, sans-serif";
    this.pen.font = font;
    const half = Math.ceil(this.pen.measureText(shown).width / 2) + 4;
    const ratio = devicePixelRatio || 1;
    const picture = h("canvas", {width: Math.ceil(2 * half * ratio), height: Math.ceil(kNameHeight * ratio)});
    const pen = picture.getContext("2d");
    pen.scale(ratio, ratio);
    Object.assign(pen, {font, textAlign: "center", textBaseline: "middle", lineJoin: "round"});
    pen.lineWidth = 4;
    pen.strokeStyle = this.paper;
    pen.strokeText(shown, half, kNameHeight / 2);
    pen.fillStyle = this.ink;
    pen.fillText(shown, half, kNameHeight / 2);
    this.#names.set(k, {picture, half});
    return this.#names.get(k);
  }

  #drawRing(track, size) {
    const {pen} = this;
    pen.beginPath();
    pen.arc(this.across(this.points.xs[track]), this.down(this.points.ys[track]), size + 4, 0, 2 * Math.PI);
    pen.lineWidth = 2.5;
    pen.strokeStyle = this.ink;
    pen.stroke();
  }

  #drawLine() {
    if (!this.line || this.line.length < 2) return;
    const {pen} = this;
    pen.beginPath();
    for (const {x, y} of this.line) pen.lineTo(this.across(x), this.down(y));
    pen.closePath();
    pen.globalAlpha = 0.08;
    pen.fillStyle = this.accent;
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    pen.strokeStyle = this.accent;
    pen.stroke();
    pen.setLineDash([]);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowLeft: () => this.move(kStep, 0),
      ArrowRight: () => this.move(-kStep, 0),
      ArrowUp: () => this.move(0, kStep),
      ArrowDown: () => this.move(0, -kStep),
      "+": () => this.zoom(1.4),
      "=": () => this.zoom(1.4),
      "-": () => this.zoom(1 / 1.4),
      0: () => this.showWhole(),
      Enter: () => this.options.choose(this.#nearestToMiddle()),
      Escape: () => this.options.choose(-1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  #nearestToMiddle() {
    const reach = Math.hypot(this.width, this.height) / 4 / this.camera.scale;
    return this.points.nearest(this.camera.x, this.camera.y, reach);
  }
}

// "#fff" as "#ffffff"; the style sheet writes six digits, a browser may shorten them.
function fullColour(colour) {
  const short = /^#(.)(.)(.)$/.exec(colour);
  return short ? `#${short[1]}${short[1]}${short[2]}${short[2]}${short[3]}${short[3]}` : colour;
}
