// spotify-web-api-node, which we did not write, reads what fake_spotify.py serves: prove_spotify.js PORT,
// and makes a list of what it serves an app of extended quota: prove_spotify.js PORT lists.
// Prints JSON of what it read. It is of before 2026: of lists it knows the paths of before alone, and it
// knows a client by a secret, where we send none.
// The fake speaks no TLS and has a port of its own; all else is as the client has it.
for (const kind of ["webapi-request", "authentication-request"]) {
  const request = require("spotify-web-api-node/src/" + kind);
  const builder = request.builder;
  request.builder = (...given) => builder(...given).withHost("127.0.0.1").withPort(process.argv[2]).withScheme("http");
}
const Spotify = require("spotify-web-api-node");

async function all(ask, part) {
  const items = [];
  for (let page; !page || page.next; ) {
    page = part((await ask(items.length)).body);
    items.push(...page.items);
  }
  return items;
}

async function main() {
  const spotify = new Spotify({ clientId: "0f5client", clientSecret: "none", accessToken: "access-number-1", refreshToken: "refresh-number-1" });
  const status = async (asked) => asked.then(() => 200, (problem) => problem.statusCode);
  const heard = (await spotify.getMyRecentlyPlayedTracks({ limit: 50 })).body.items;
  const saved = await all((offset) => spotify.getMySavedTracks({ limit: 50, offset }), (body) => body);
  const artists = [];
  for (let after; after !== null; ) {
    const page = (await spotify.getFollowedArtists({ limit: 50, ...(after ? { after } : {}) })).body.artists;
    artists.push(...page.items);
    after = page.cursors.after;
  }
  const lists = await all((offset) => spotify.getUserPlaylists({ limit: 50, offset }), (body) => body);
  const told = {
    me: (await spotify.getMe()).body.id, plays: heard.length, newest: heard[0].track.name, saved: saved.length,
    artists: artists.length, lists: lists.map((one) => one.name),
    closed: await status(spotify.getAudioFeaturesForTrack("0000000000000000000001")),
  };
  told.renewed = (await spotify.refreshAccessToken()).body.refresh_token;
  told.old = await status(spotify.getMe());
  console.log(JSON.stringify(told));
}

async function lists() {
  const spotify = new Spotify({ accessToken: "access-number-1" });
  const uris = [...Array(5).keys()].map((k) => "spotify:track:" + String(k + 1).padStart(22, "0"));
  const made = (await spotify.createPlaylist("Proof", { description: "made by a client", public: false })).body;
  const titles = async () =>
    (await spotify.getPlaylistTracks(made.id, { limit: 100 })).body.items.map((one) => one.track.name);
  const snapshots = [];
  const did = async (asked) => { snapshots.push((await asked).body.snapshot_id); return titles(); };
  const told = {
    public: made.public,
    added: await did(spotify.addTracksToPlaylist(made.id, uris.slice(0, 3))),
    between: await did(spotify.addTracksToPlaylist(made.id, [uris[3], uris[0]], { position: 1 })),
    moved: await did(spotify.reorderTracksInPlaylist(made.id, 3, 0, { range_length: 2 })),
    removed: await did(spotify.removeTracksFromPlaylist(made.id, [{ uri: uris[0] }])),
    replaced: await did(spotify.replaceTracksInPlaylist(made.id, uris.slice(3))),
  };
  told.snapshots = new Set(snapshots).size;
  told.total = (await spotify.getPlaylist(made.id)).body.tracks.total;
  told.found = (await spotify.searchTracks("isrc:XXABC2600004", { limit: 50 })).body.tracks.items.map((one) => one.name);
  await spotify.unfollowPlaylist(made.id);
  told.left = (await spotify.getUserPlaylists({ limit: 50 })).body.items.length;
  told.answers = (await spotify.getPlaylist(made.id)).body.name;
  told.bad = await spotify.addTracksToPlaylist(made.id, ["spotify:track:none"]).then(() => 201, (problem) => problem.statusCode);
  console.log(JSON.stringify(told));
}

(process.argv[3] === "lists" ? lists : main)().catch((problem) => { console.error(problem); process.exit(1); });
