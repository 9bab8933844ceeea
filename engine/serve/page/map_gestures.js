// Fingers and the mouse on the map: one moves it (or draws a line around tracks), two and the wheel change
// the size, a tap chooses a track.

const kTap = 6; // pixels that a tap may slip

export class MapGestures {
  #pointers = new Map(); // where each is, by its number
  #slipped = 0;

  /** @param {HTMLCanvasElement} canvas @param {import("./map_canvas.js").MapCanvas} map */
  constructor(canvas, map) {
    this.map = map;
    this.canvas = canvas;
    this.isLasso = false;
    const on = (kind, act) => canvas.addEventListener(kind, (event) => act(event, this.#placeOf(event)));
    on("pointerdown", (event, place) => this.#begin(event, place));
    on("pointermove", (event, place) => this.#move(event, place));
    on("pointerup", (event, place) => this.#end(event, place));
    on("pointercancel", (event) => this.#cancel(event));
    canvas.addEventListener("pointerleave", () => this.#pointers.size === 0 && map.point(-1));
    canvas.addEventListener("dblclick", (event) => {
      const {x, y} = this.#placeOf(event);
      map.zoom(2, x, y);
    });
    canvas.addEventListener("wheel",
      (event) => {
        event.preventDefault();
        const {x, y} = this.#placeOf(event);
        map.zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 120 : 400)), x, y);
      },
      {passive: false});
  }

  /** @param {boolean} isLasso whether one finger draws a line from now on, or moves the map */
  set lasso(isLasso) {
    this.isLasso = isLasso;
    this.canvas.classList.toggle("lasso", isLasso);
  }

  #placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  }

  #begin(event, place) {
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, place);
    if (this.#pointers.size > 1) {
      this.line = null; // a second finger enlarges
      this.map.line = null;
      return;
    }
    this.#slipped = 0;
    if (this.isLasso) this.line = [this.map.placeAt(place.x, place.y)];
  }

  #move(event, place) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      this.map.point(this.map.trackAt(place.x, place.y));
      return;
    }
    this.#pointers.set(event.pointerId, place);
    const dx = place.x - before.x,
      dy = place.y - before.y;
    this.#slipped += Math.hypot(dx, dy);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(before, place, other);
    else if (this.line) this.#draw(place);
    else if (this.#slipped > kTap) {
      this.map.point(-1);
      this.map.move(dx, dy);
    }
  }

  #pinch(before, now, other) {
    const apart = (at) => Math.max(1, Math.hypot(at.x - other.x, at.y - other.y));
    this.map.move((now.x - before.x) / 2, (now.y - before.y) / 2);
    this.map.zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  }

  #draw(place) {
    this.line.push(this.map.placeAt(place.x, place.y));
    this.map.line = this.line;
    this.map.drawAbove();
  }

  #end(event, place) {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0) return;
    const {line} = this;
    this.line = null;
    if (line && line.length > 2 && this.#slipped > kTap) {
      this.map.options.encircled(this.map.points.inside(line), line);
    } else if (this.#slipped <= kTap) {
      this.map.options.choose(this.map.trackAt(place.x, place.y));
    }
  }

  #cancel(event) {
    this.#pointers.delete(event.pointerId);
    this.line = null;
    this.map.line = null;
    this.map.drawAbove();
  }
}
