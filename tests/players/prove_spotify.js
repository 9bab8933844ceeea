// spotify-web-api-node, which we did not write, reads what fake_spotify.py serves: prove_spotify.js PORT.
// Prints JSON of what it read. It is of before 2026: of lists it reads names alone, and it
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

main().catch((problem) => { console.error(problem); process.exit(1); });
