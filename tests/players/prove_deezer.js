// deezer-public-api, which we did not write, reads what fake_deezer.py serves: prove_deezer.js PORT.
// Prints JSON of what it read.
const { DeezerPublicApi } = require("deezer-public-api");

async function main() {
  const there = `http://127.0.0.1:${process.argv[2]}`;
  const client = new DeezerPublicApi({
    fetch: (url, init) => fetch(String(url).replace("https://api.deezer.com", there), init),
  });
  const found = await client.search.artist({ q: "Low" });
  const id = found.data.find((artist) => artist.name === "Low").id;
  const failure = async (asked) => asked.then((answer) => answer.error?.type ?? "", (problem) => String(problem));
  console.log(JSON.stringify({
    name: (await client.artist({ id })).name,
    related: (await client.artist.related({ id })).data.map((artist) => artist.name),
    tracks: (await client.artist.top({ id })).data.map((track) => [track.title, track.artist.name, track.duration]),
    radio: (await client.artist.radio({ id })).data.map((track) => [track.title, track.artist.name]),
    recording: await client.track.isrc({ isrc: "USABC2600001" }).then((track) => [track.title, track.bpm, track.gain]),
    unknownRecording: await failure(client.track.isrc({ isrc: "USABC2600009" })),
    unknown: await failure(client.artist({ id: 999999 })),
  }));
}

main().catch((problem) => {
  console.error(problem);
  process.exitCode = 1;
});
