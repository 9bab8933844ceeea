// Dots of the map, written pixel by pixel: 100,000 of them fit into a frame, without a graphics card too.
//
// A dot is a stamp: the pixels that a disc of its size covers, and how much of each, once for every quarter
// of a pixel that its middle may be off; so dots glide. While the map moves, and drawing well would take too
// long, stamps have hard edges and pixels are those of the page; when it rests they are the screen's.
// Pixels are 32 bits: alpha, blue, green, red.

const kParts = 4; // of a pixel
const kMostPixels = 3_000_000; // of the canvas: a larger one is drawn a little coarser
const kMostPixelsMoving = 900_000;
const kLongest = 7; // milliseconds of a frame

export class MapDots {
  #stamps = new Map(); // by radius and edge
  #milliseconds = 0; // that drawing well took last

  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", {alpha: false});
  }

  /** @param {number} width @param {number} height of the canvas, in the page's pixels */
  resize(width, height) {
    Object.assign(this, {width, height});
    this.canvas.width = 0; // drawn anew
  }

  /** Whether the next frame of a movement is drawn coarser, and anew when it rests. */
  get isSlow() {
    return this.#milliseconds > kLongest;
  }

  /**
   * @param {import("./map_points.js").MapPoints} points
   * @param {{x: number, y: number, scale: number}} camera  the middle, and the page's pixels a unit
   * @param {{radius: number, ground: number, colours: Uint32Array, faint: number,
   *          isFaint: Uint8Array|null, isCoarse: boolean}} look
   *   colours[cluster + 1]; faint dots lie below all others
   */
  draw(points, camera, look) {
    const begin = performance.now();
    const {isFaint, isCoarse, colours} = look;
    this.#setRatio(isCoarse);
    const size = Math.max(1, Math.round(look.radius * this.ratio * 4) / 4);
    const edge = Math.ceil(size) + 2;
    this.#prepare(edge);
    this.pixels.fill(look.ground);
    const scale = camera.scale * this.ratio;
    const place = {
      scale,
      left: this.canvas.width / 2 - camera.x * scale + edge,
      top: this.canvas.height / 2 + camera.y * scale + edge,
      edge,
    };
    if (isFaint) {
      const stamps = this.#stampsOf(0.8 * size, isCoarse);
      this.#write(points,
        place,
        stamps,
        colours.map(() => look.faint),
        isFaint,
        1);
    }
    this.#write(points, place, this.#stampsOf(size, isCoarse), colours, isFaint, 0);
    this.pen.putImageData(this.image, -edge, -edge);
    if (!isCoarse) this.#milliseconds = performance.now() - begin;
  }

  #setRatio(isCoarse) {
    const most = isCoarse ? kMostPixelsMoving : kMostPixels;
    const wanted = isCoarse ? 1 : Math.min(2, devicePixelRatio || 1);
    this.ratio = Math.min(wanted, Math.sqrt(most / Math.max(1, this.width * this.height)));
    const width = Math.max(1, Math.round(this.width * this.ratio)),
      height = Math.max(1, Math.round(this.height * this.ratio));
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  // The picture is as much larger than the canvas as a dot reaches: no dot needs to ask where it ends.
  #prepare(edge) {
    const width = this.canvas.width + 2 * edge,
      height = this.canvas.height + 2 * edge;
    if (this.image?.width === width && this.image.height === height) return;
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.#stamps.clear();
  }

  // Those with isFaint[k] === wanted; all, where none is faint.
  #write({xs, ys, clusters, count}, {scale, left, top, edge}, stamps, colours, isFaint, wanted) {
    const {pixels} = this,
      {width, height} = this.image,
      {starts, offsets, covers} = stamps;
    const right = width - edge,
      bottom = height - edge;
    for (let k = 0; k < count; ++k) {
      if (isFaint !== null && isFaint[k] !== wanted) continue;
      const x = xs[k] * scale + left,
        y = top - ys[k] * scale;
      if (!(x >= edge && y >= edge && x < right && y < bottom)) continue;
      const column = x | 0,
        row = y | 0;
      const stamp = (((y - row) * kParts) | 0) * kParts + (((x - column) * kParts) | 0);
      const colour = colours[clusters[k] + 1];
      const middle = row * width + column;
      for (let p = starts[stamp], end = starts[stamp + 1]; p < end; ++p) {
        const at = middle + offsets[p];
        const cover = covers[p];
        pixels[at] = cover === 256 ? colour : blended(pixels[at], colour, cover);
      }
    }
  }

  #stampsOf(size, isCoarse) {
    const name = `${size} ${isCoarse}`;
    const known = this.#stamps.get(name);
    if (known) return known;
    if (this.#stamps.size > 24) this.#stamps.clear(); // sizes that zooming went through
    const stamps = {starts: [0], offsets: [], covers: []};
    for (let row = 0; row < kParts; ++row)
      for (let column = 0; column < kParts; ++column)
        addStamp(stamps, size, (column + 0.5) / kParts, (row + 0.5) / kParts, this.image.width, isCoarse);
    const flat = {
      starts: Int32Array.from(stamps.starts),
      offsets: Int32Array.from(stamps.offsets),
      covers: Uint16Array.from(stamps.covers),
    };
    this.#stamps.set(name, flat);
    return flat;
  }
}

// A disc of this radius with its middle in pixel (0, 0), at (x, y) of it.
function addStamp({starts, offsets, covers}, radius, x, y, width, isCoarse) {
  const reach = Math.ceil(radius) + 1;
  for (let row = -reach; row <= reach; ++row)
    for (let column = -reach; column <= reach; ++column) {
      const apart = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const cover = Math.round(256 * Math.max(0, Math.min(1, radius + 0.5 - apart)));
      if (cover < (isCoarse ? 128 : 16)) continue;
      offsets.push(row * width + column);
      covers.push(isCoarse ? 256 : cover);
    }
  starts.push(offsets.length);
}

// Two channels at once; `cover` of 256.
function blended(below, above, cover) {
  const redBlue = below & 0xff00ff,
    green = below & 0x00ff00;
  return (
    0xff000000 |
    ((redBlue + (Math.imul((above & 0xff00ff) - redBlue, cover) >> 8)) & 0xff00ff) |
    ((green + (Math.imul((above & 0x00ff00) - green, cover) >> 8)) & 0x00ff00));
}

/** "rgb(12, 34, 56)" or "#0c2238" as a pixel. */
export function pixelOf(colour) {
  const short = /^#(..)(..)(..)$/.exec(colour);
  const [red, green, blue] = short
    ? short.slice(1).map((part) => parseInt(part, 16))
    : colour.match(/\d+/g).map(Number);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
