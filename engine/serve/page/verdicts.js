// What one thinks of a track, said with a button: it is in one log (engine feedback) and can be taken back.

import {ask} from "./api.js";
import {h} from "./dom.js";
import {say, sayError} from "./messages.js";

const kReasons = [
  ["not-now", "Not now: rests for two weeks"],
  ["wrong-mood", "Wrong mood: rests for a week"],
  ["overplayed", "Heard too often: rests for 60 days"],
  ["dislike-version", "I dislike this version"],
  ["dislike-track", "I dislike the track"],
  ["dislike-artist", "I dislike the artist"],
];

/**
 * @param {{track: number, title: string}} track
 * @param {{run?: number, changed?: function(string|null), after?: string}} options
 *   `changed(verdict)`: it was given; null: it was taken back. `after` is what comes of a reject or ban
 */
export function verdictButtons(track, {run, changed, after = ""} = {}) {
  const give = (verdict, reason, told) => async () => {
    try {
      await ask("feedback", {verdict, subject: `track:${track.track}`, reason, run});
      const whatThen = verdict === "love" || !after ? "" : ` ${after}`;
      say(`${track.title}: ${told}.${whatThen}`, {label: "Undo", act: () => undo(changed)});
      changed?.(verdict);
    } catch (error) {
      sayError(error);
    }
  };
  const reasons = h("select",
    {
      "aria-label": `Reject ${track.title}`,
      class: "reject",
      on: {
        change: async () => {
          const [reason, text] = kReasons[reasons.selectedIndex - 1] ?? [];
          reasons.selectedIndex = 0;
          if (reason)
            await give("reject", reason, `rejected, ${text.charAt(0).toLowerCase()}${text.slice(1)}`)();
        },
      },
    },
    h("option", {}, "Reject …"),
    kReasons.map(([, text]) => h("option", {}, text)));
  return h("div", {class: "buttons"},
    h("button", {type: "button", on: {click: give("love", undefined, "loved")}}, "♥ Love"),
    reasons,
    h("button",
      {type: "button", class: "danger", on: {click: give("ban", undefined, "banned from all lists")}},
      "Ban"));
}

async function undo(changed) {
  try {
    await ask("feedback", {undo: "last"});
    say("Taken back.");
    changed?.(null);
  } catch (error) {
    sayError(error);
  }
}
