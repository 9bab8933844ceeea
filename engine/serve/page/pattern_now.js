// Of the patterns: the last four weeks, what has changed, what is played most.

import {h, named} from "./dom.js";
import {counted, dayText, percent, short, signed, whole} from "./figures.js";
import {missing, section, share} from "./pattern_parts.js";
import {fill} from "./states.js";
import {table} from "./tables.js";

/** The last 28 days beside the 28 before. */
export function recentSection(dashboard) {
  const {recent, before} = dashboard;
  const rate = ({new_tracks: fresh, plays}) => share(fresh, plays);
  return section("The last 28 days",
    h("dl", {class: "tiles"},
      tile("plays", recent.plays, before.plays),
      tile("hours heard", recent.hours, before.hours, (hours) => short(Math.round(hours * 10) / 10)),
      tile("sessions", recent.sessions, before.sessions),
      tile("skips", recent.skips, before.skips),
      tile("new tracks", recent.new_tracks, before.new_tracks),
      tile("new artists", recent.new_artists, before.new_artists),
      tile("share of new tracks", rate(recent), rate(before), percent, true)),
    missing(dashboard, "listens", "timezone"));
}

// Neither more nor less is good or bad by itself: changes have no colour.
function tile(name, now, before, format = whole, isShare = false) {
  const told = (value) => (value === null ? "not known" : format(value));
  const change = !isShare && before > 0 ? (now - before) / before : null;
  return h("div", {class: "tile"},
    h("dt", {}, name),
    h("dd", {},
      h("b", {}, told(now)),
      h("span", {class: "soft"},
        `${told(before)} in the 28 before`,
        change !== null && Math.abs(change) >= 0.01 ? `, ${signed(Math.round(100 * change))}\u00a0%` : "")));
}

/** What differs by more than one's own weeks do anyway, by how much, and since when. */
export function driftSection(dashboard) {
  const {drift} = dashboard;
  if (!drift) return section("What has changed", missing(dashboard, "drift"));
  const changed = drift.metrics.filter(({drifted}) => drifted);
  return section("What has changed",
    h("p", {class: "lead"},
      changed.length === 0
        ? `Nothing beyond chance: the last ${drift.days} days are as the ${drift.base} before.`
        : `In the last ${drift.days} days, beside the ${drift.base} before, more than chance explains:`),
    changed.length > 0 &&
      h("ul", {class: "changes-list"},
        changed.map(({says, since}) =>
          h("li", {},
            h("span", {dir: "auto"}, plain(says)),
            since && h("b", {}, ` since about ${dayText(since)}`)))),
    h("p", {class: "soft"},
      drift.looks > 0
        ? `At ${drift.alarms} of ${counted(drift.looks, "earlier look")}, a week apart, it had changed.`
        : "There is too little history for earlier looks."),
    h("details", {},
      h("summary", {}, "Everything that was looked at"),
      table("What was looked at",
        [
          {head: "what", cell: ({says}) => h("span", {dir: "auto"}, plain(says))},
          {
            head: "by chance",
            cell: ({p}) => (p < 0.001 ? "under 0.1\u00a0%" : percent(p)),
            isNumber: true,
          },
          {head: "changed", cell: ({drifted}) => (drifted ? "yes" : "no")},
        ],
        drift.metrics)),
    missing(dashboard, "drift"));
}

const plain = (says) => says.replaceAll("  ", " ").replaceAll(/(?<=[ (])-(?=\d)/g, "−");

/** What is played most. @param {function(): Promise<Object>} stats */
export function topSection(stats) {
  const place = h("div", {});
  fill(place, "what you play most", async () => {
    const {top_tracks: tracks, top_artists: artists, top_genres: genres, devices} = await stats();
    return h("div", {class: "plots tops"},
      topList("Tracks", tracks),
      topList("Artists", artists),
      topList("Genres", genres),
      devices.length > 1 && topList("Played on", devices));
  });
  return section("What you play most", place);
}

function topList(title, entries) {
  const most = Math.max(1, ...entries.map(({plays}) => plays));
  return h("figure", {class: "card plot-card"},
    h("figcaption", {}, h("h3", {}, title)),
    entries.length === 0
      ? h("p", {class: "soft"}, "Nothing is known of this yet.")
      : h(
          "ol",
          {class: "tops-list"},
          entries.map(({name, artist, plays}) =>
            h("li", {},
              h("span", {class: "tops-name"}, named(name), artist && h("span", {class: "soft"}, " · ", named(artist))),
              h("i", {"aria-hidden": true, style: {width: `${(100 * plays) / most}%`}}),
              h("output", {}, whole(plays), h("span", {class: "unseen"}, " plays"))))));
}
