// lrclib-api, which we did not write, reads what fake_lrclib.py serves: prove_lrclib.js PORT.
// Prints JSON of what it read; it refuses answers that are not as LRCLIB's are.
const { Client } = require("lrclib-api");

async function main() {
  const client = new Client({ url: `http://127.0.0.1:${process.argv[2]}/api`, timeoutMs: 20000 });
  const failure = async (asked) => asked.then(() => "", (problem) => problem.name + " " + problem.status);
  const asked = { track_name: "starfire", artist_name: "LOW", album_name: "album", duration: 201000 };
  const found = await client.findLyrics(asked);
  const told = {
    title: found.trackName,
    lines: (await client.getUnsynced(asked)).map((line) => line.text),
    unknown: await failure(client.findLyrics({ track_name: "Nothing", artist_name: "Nobody" })),
    longer: await failure(client.findLyrics({ ...asked, duration: 300000 })),
    searched: (await client.searchLyrics({ track_name: "Starfire", artist_name: "Low" })).length,
  };
  console.log(JSON.stringify(told));
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
