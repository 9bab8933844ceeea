// The npm package listenbrainz, which we did not write, reads what fake_listenbrainz.py serves:
// prove_listenbrainz.js PORT. Prints JSON of what it read.
const http = require("http");

// It was written before Node kept connections open, and asks on one that is closed by then.
http.globalAgent = new http.Agent({ keepAlive: false });
const { Client } = require("listenbrainz");

async function main() {
  const client = new Client(undefined, `http://127.0.0.1:${process.argv[2]}/`);
  const answer = await client.getUserListens("ann");
  const listens = answer.data.listens;
  console.log(JSON.stringify({
    count: answer.data.count,
    titles: listens.map((listen) => listen.track_name),
    artist: listens[0].artist_name,
    mbid: listens[0].recording_mbid,
    limit: answer.rate_limit,
    unknown: (await client.getUserListens("nobody")) === undefined,
  }));
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
