// The map's tracks as typed arrays: where each lies, which is nearest, which lie inside a line, which have
// these words in their names.

const kPerCell = 6; // tracks of a cell of the grid, about
const kFoldAtOnce = 4000; // names folded before the browser gets its turn

export class MapPoints {
  #folded = null; // names without case and accents; a promise while they are made

  /** @param {{dots: {id: number, name: string, x: number, y: number, cluster?: number}[],
   *           clusters: {id: number}[]}} map of engine map --json */
  constructor({dots, clusters}) {
    const places = new Map(clusters.map(({id}, k) => [id, k]));
    this.count = dots.length;
    this.xs = new Float32Array(this.count);
    this.ys = new Float32Array(this.count);
    this.clusters = new Int16Array(this.count); // the place in `clusters`, -1: in none
    this.ids = new Float64Array(this.count);
    this.names = new Array(this.count);
    dots.forEach(({id, name, x, y, cluster}, k) => {
      this.xs[k] = x;
      this.ys[k] = y;
      this.clusters[k] = places.get(cluster) ?? -1;
      this.ids[k] = id;
      this.names[k] = name;
    });
    this.#measure();
    this.#sortIntoCells();
    this.middles = this.#middlesOf(clusters.length);
  }

  #measure() {
    const ends = (values) => [
      values.reduce((least, value) => Math.min(least, value), Infinity),
      values.reduce((most, value) => Math.max(most, value), -Infinity),
    ];
    [this.left, this.right] = this.count ? ends(this.xs) : [0, 1];
    [this.low, this.high] = this.count ? ends(this.ys) : [0, 1];
  }

  // Counting sort: the tracks of cell c are order[starts[c]] .. order[starts[c + 1] - 1].
  #sortIntoCells() {
    this.across = Math.max(1, Math.ceil(Math.sqrt(this.count / kPerCell)));
    this.cellWidth = (this.right - this.left) / this.across || 1;
    this.cellHeight = (this.high - this.low) / this.across || 1;
    const cells = new Int32Array(this.count);
    this.starts = new Int32Array(this.across * this.across + 1);
    for (let k = 0; k < this.count; ++k) {
      cells[k] = this.#column(this.xs[k]) + this.across * this.#row(this.ys[k]);
      ++this.starts[cells[k] + 1];
    }
    for (let c = 0; c < this.starts.length - 1; ++c) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.order = new Int32Array(this.count);
    for (let k = 0; k < this.count; ++k) this.order[next[cells[k]]++] = k;
  }

  #column(x) {
    return clamp(Math.floor((x - this.left) / this.cellWidth), this.across - 1);
  }
  #row(y) {
    return clamp(Math.floor((y - this.low) / this.cellHeight), this.across - 1);
  }

  // Where a cluster's name stands: above all of it but what lies far off, over the member that is nearest
  // to the mean, as the mean may lie outside of it.
  #middlesOf(count) {
    const members = Array.from({length: count}, () => []);
    for (let k = 0; k < this.count; ++k) members[this.clusters[k]]?.push(k);
    return members.map((all) => {
      const ys = Float32Array.from(all, (k) => this.ys[k]).sort();
      const mean = (values) => all.reduce((sum, k) => sum + values[k], 0) / all.length;
      const x = mean(this.xs),
        y = mean(this.ys);
      const apart = (k) => (this.xs[k] - x) ** 2 + (this.ys[k] - y) ** 2;
      const middle = all.reduce((best, k) => (apart(k) < apart(best) ? k : best), all[0]);
      return {
        x: this.xs[middle],
        top: ys[Math.floor(0.97 * (ys.length - 1))],
        bottom: ys[Math.ceil(0.03 * (ys.length - 1))],
      };
    });
  }

  /** The tracks of the cells that this part of the map touches. @param {function(number)} take */
  within(left, low, right, high, take) {
    const first = this.#column(left),
      last = this.#column(right);
    for (let row = this.#row(low); row <= this.#row(high); ++row) {
      // The cells of a row lie one behind the other.
      const from = this.starts[this.across * row + first],
        to = this.starts[this.across * row + last + 1];
      for (let at = from; at < to; ++at) take(this.order[at]);
    }
  }

  /** The track nearest to this place, or -1 where none lies as near as `reach`. */
  nearest(x, y, reach, isShown = () => true) {
    let best = -1,
      least = reach * reach;
    this.within(x - reach, y - reach, x + reach, y + reach, (k) => {
      const apart = (this.xs[k] - x) ** 2 + (this.ys[k] - y) ** 2;
      if (apart < least && isShown(k)) [best, least] = [k, apart];
    });
    return best;
  }

  /** The `count` tracks that lie nearest to track `from`, nearest first. */
  neighbours(from, count) {
    const x = this.xs[from],
      y = this.ys[from];
    let reach = Math.max(this.cellWidth, this.cellHeight) / 2;
    let near = [];
    while (near.length < Math.min(count, this.count - 1)) {
      near = [];
      reach *= 2;
      this.within(x - reach, y - reach, x + reach, y + reach, (k) => {
        const apart = (this.xs[k] - x) ** 2 + (this.ys[k] - y) ** 2;
        if (k !== from && apart <= reach * reach) near.push([apart, k]);
      });
    }
    return near
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .slice(0, count)
      .map(([, k]) => k);
  }

  /** The tracks inside of a closed line. @param {{x: number, y: number}[]} line @returns {number[]} */
  inside(line) {
    const xs = line.map(({x}) => x),
      ys = line.map(({y}) => y);
    const found = [];
    this.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (k) => {
      if (isInside(this.xs[k], this.ys[k], xs, ys)) found.push(k);
    });
    return found.sort((a, b) => a - b);
  }

  /** @returns {number[]} by name */
  ofCluster(cluster) {
    const found = [];
    for (let k = 0; k < this.count; ++k) if (this.clusters[k] === cluster) found.push(k);
    return this.byName(found);
  }

  byName(tracks) {
    const collator = new Intl.Collator("en");
    return tracks.sort((a, b) => collator.compare(this.names[a], this.names[b]) || a - b);
  }

  /** The tracks with all of these words in their names. @returns {Promise<number[]>} */
  async find(text) {
    const words = folded(text).split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    this.#folded ??= this.#fold();
    const names = await this.#folded;
    const found = [];
    names.forEach((name, k) => words.every((word) => name.includes(word)) && found.push(k));
    return found;
  }

  // 100,000 names take longer than a frame.
  async #fold() {
    const names = [];
    for (let from = 0; from < this.count; from += kFoldAtOnce) {
      for (const name of this.names.slice(from, from + kFoldAtOnce)) names.push(folded(name));
      await new Promise((resume) => setTimeout(resume));
    }
    return names;
  }
}

const clamp = (place, most) => Math.max(0, Math.min(most, place));

function folded(text) {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
}

// By how often a ray to the right crosses the line.
function isInside(x, y, xs, ys) {
  let inside = false;
  for (let k = 0, last = xs.length - 1; k < xs.length; last = k++)
    if (ys[k] > y !== ys[last] > y && x < xs[k] + ((xs[last] - xs[k]) * (y - ys[k])) / (ys[last] - ys[k]))
      inside = !inside;
  return inside;
}
