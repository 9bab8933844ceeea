// The map of cluster_map.hpp: dots on a canvas, to be moved, enlarged, pointed at and searched.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const canvas = document.getElementById('map'), tip = document.getElementById('tip');
  const pen = canvas.getContext('2d');
  const view = {x: 0, y: 0, scale: 1};  // the middle, in the map's own units; dots a unit
  let chosen = -1, found = new Set(), marked = -1, whole = 1;

  const width = () => canvas.clientWidth, height = () => canvas.clientHeight;
  const across = (x) => width() / 2 + (x - view.x) * view.scale;
  const down = (y) => height() / 2 - (y - view.y) * view.scale;

  function showWhole() {
    const xs = data.tracks.map((t) => t[1]), ys = data.tracks.map((t) => t[2]);
    const ends = (all) => all.reduce(
        ([least, most], v) => [Math.min(least, v), Math.max(most, v)], [Infinity, -Infinity]);
    const [left, right] = ends(xs), [low, high] = ends(ys);
    view.x = (left + right) / 2;
    view.y = (low + high) / 2;
    view.scale = whole = 0.92 *
        Math.min(width() / Math.max(right - left, 1e-6), height() / Math.max(high - low, 1e-6));
    draw();
  }

  function radius() {
    const crowd = Math.sqrt(width() * height() / Math.max(1, data.tracks.length)) / 8;
    return Math.min(7, Math.max(1.3, crowd) * Math.sqrt(view.scale / whole));
  }

  // On a dark ground colours are lighter, or half of them could not be told from it.
  const darkness = matchMedia('(prefers-color-scheme: dark)');
  const lighter = (colour) => '#' +
      [1, 3, 5].map((at) => Math.round(0.6 * parseInt(colour.slice(at, at + 2), 16) + 0.4 * 255))
          .map((part) => part.toString(16).padStart(2, '0')).join('');
  let colours = data.colours;
  function takeColours() {
    colours = darkness.matches ? data.colours.map(lighter) : data.colours;
    document.querySelectorAll('button.cluster').forEach((button) => {
      button.querySelector('.key').style.background = colours[Number(button.dataset.cluster)];
    });
  }

  function dots(size, isDrawn, colour, opacity) {
    pen.globalAlpha = opacity;
    for (let k = 0; k < data.tracks.length; ++k) {
      const [, x, y, cluster] = data.tracks[k];
      if (!isDrawn(k, cluster)) continue;
      const px = across(x), py = down(y);
      if (px < -9 || py < -9 || px > width() + 9 || py > height() + 9) continue;
      pen.fillStyle = colour(cluster);
      pen.beginPath();
      pen.arc(px, py, size, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  // Above the middles of their clusters. Names that would lie on one that is there already are left out; larger clusters
  // come first.
  function names(style, size) {
    const taken = [];
    pen.font = '600 13px system-ui, sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    data.names.forEach((name, k) => {
      if (chosen >= 0 && chosen !== k) return;
      const half = pen.measureText(name).width / 2 + 3;
      const x = Math.min(Math.max(across(data.middles[k][0]), half), width() - half),
            y = down(data.middles[k][1]) - size - 11;
      if (y < 10 || y > height() - 10) return;
      if (taken.some((t) => Math.abs(t.x - x) < t.half + half && Math.abs(t.y - y) < 17)) return;
      taken.push({x, y, half});
      pen.lineWidth = 4;
      pen.strokeStyle = style.getPropertyValue('--ground');
      pen.strokeText(name, x, y);
      pen.fillStyle = style.getPropertyValue('--text');
      pen.fillText(name, x, y);
    });
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, style = getComputedStyle(document.documentElement);
    canvas.width = Math.round(width() * ratio);
    canvas.height = Math.round(height() * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const grey = style.getPropertyValue('--quiet'), size = radius(), isSearch = found.size > 0;
    const isFaint = (k, cluster) =>
        (chosen >= 0 && cluster !== chosen) || (isSearch && !found.has(k));
    const colour = (cluster) => (cluster < 0 ? grey : colours[cluster]);
    dots(size, (k, cluster) => isFaint(k, cluster), () => grey, 0.12);
    dots(size, (k, cluster) => cluster < 0 && !isFaint(k, cluster), colour, 0.35);
    dots(
        isSearch ? size + 2 : size, (k, cluster) => cluster >= 0 && !isFaint(k, cluster), colour,
        0.8);
    names(style, size);
    if (marked < 0) return;
    const [, x, y] = data.tracks[marked];
    pen.lineWidth = 2.5;
    pen.strokeStyle = style.getPropertyValue('--text');
    pen.beginPath();
    pen.arc(across(x), down(y), size + 5, 0, 2 * Math.PI);
    pen.stroke();
  }

  function nearest(px, py) {
    let best = -1, least = 14 * 14;
    data.tracks.forEach(([, x, y], k) => {
      const dx = across(x) - px, dy = down(y) - py, apart = dx * dx + dy * dy;
      if (apart < least) [best, least] = [k, apart];
    });
    return best;
  }

  function tell(track) {
    marked = track;
    tip.hidden = track < 0;
    if (track >= 0) {
      const [name, x, y, cluster] = data.tracks[track];
      tip.textContent = name + (cluster < 0 ? ' (in no cluster)' : ' · ' + data.names[cluster]);
      const left =
          Math.min(Math.max(across(x) + 12, 4), Math.max(4, width() - tip.offsetWidth - 4));
      const top = down(y) + 14 + tip.offsetHeight > height() ? down(y) - tip.offsetHeight - 10 :
                                                               down(y) + 14;
      tip.style.left = left + 'px';
      tip.style.top = Math.max(4, top) + 'px';
    }
    draw();
  }

  function zoom(by, px = width() / 2, py = height() / 2) {
    const scale = Math.min(Math.max(view.scale * by, whole / 2), whole * 200);
    view.x += (px - width() / 2) * (1 / view.scale - 1 / scale);
    view.y -= (py - height() / 2) * (1 / view.scale - 1 / scale);
    view.scale = scale;
    tell(-1);
  }

  // ---- pointing: one finger or the mouse moves, two fingers and the wheel change the size ----
  const pointers = new Map();
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    const now = place(event), before = pointers.get(event.pointerId);
    if (!before) return tell(nearest(now.x, now.y));
    const others =
        [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    pointers.set(event.pointerId, now);
    if (others.length > 0) {
      const apart = (at) => Math.hypot(at.x - others[0].x, at.y - others[0].y);
      zoom(
          Math.max(1, apart(now)) / Math.max(1, apart(before)), (now.x + others[0].x) / 2,
          (now.y + others[0].y) / 2);
      return;
    }
    view.x -= (now.x - before.x) / view.scale;
    view.y += (now.y - before.y) / view.scale;
    tell(-1);
  });
  const release = (event) => {
    const at = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (at && pointers.size === 0) tell(nearest(at.x, at.y));
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
  canvas.addEventListener('pointerleave', () => pointers.size === 0 && tell(-1));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const at = place(event);
    zoom(Math.exp(-event.deltaY / 400), at.x, at.y);
  }, {passive: false});
  canvas.addEventListener('keydown', (event) => {
    const step = 60 / view.scale;
    const keys = {
      ArrowLeft: () => (view.x -= step),
      ArrowRight: () => (view.x += step),
      ArrowUp: () => (view.y += step),
      ArrowDown: () => (view.y -= step),
      '+': () => zoom(1.4),
      '=': () => zoom(1.4),
      '-': () => zoom(1 / 1.4),
      0: showWhole,
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
    draw();
  });

  // ---- tracks by name, clusters alone ----
  const folded = (text) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const texts = data.tracks.map(([name]) => folded(name));
  const list = document.getElementById('found'), count = document.getElementById('count');
  document.getElementById('find').addEventListener('input', (event) => {
    const words = folded(event.target.value).split(/\s+/).filter(Boolean);
    found = new Set();
    if (words.length > 0)
      texts.forEach((text, k) => words.every((word) => text.includes(word)) && found.add(k));
    count.textContent = words.length === 0 ? '' :
        found.size === 0                   ? 'no track has these words' :
                                             found.size + (found.size === 1 ? ' track' : ' tracks');
    list.replaceChildren(...[...found].slice(0, 30).map((k) => {
      const item = document.createElement('li'), button = document.createElement('button');
      button.type = 'button';
      button.textContent = data.tracks[k][0];
      button.addEventListener('click', () => {
        [view.x, view.y] = [data.tracks[k][1], data.tracks[k][2]];
        view.scale = Math.max(view.scale, whole * 4);
        tell(k);
      });
      item.append(button);
      return item;
    }));
    tell(-1);
  });
  const buttons = [...document.querySelectorAll('button.cluster')];
  buttons.forEach((button) => button.addEventListener('click', () => {
    const own = Number(button.dataset.cluster);
    chosen = chosen === own ? -1 : own;
    buttons.forEach(
        (one) => one.setAttribute('aria-pressed', String(Number(one.dataset.cluster) === chosen)));
    draw();
  }));
  document.getElementById('nearer').addEventListener('click', () => zoom(1.6));
  document.getElementById('farther').addEventListener('click', () => zoom(1 / 1.6));
  document.getElementById('whole').addEventListener('click', showWhole);
  new ResizeObserver(() => draw()).observe(canvas);
  darkness.addEventListener('change', () => {
    takeColours();
    draw();
  });
  takeColours();
  showWhole();
})();
