// musicbrainz-api, which we did not write, reads what fake_musicbrainz.py serves: prove_musicbrainz.mjs PORT ID.
// Prints JSON of what it read.
import { createRequire } from "node:module";
import { execSync } from "node:child_process";

const folder = execSync("npm root -g").toString().trim();
const { MusicBrainzApi } = await import(createRequire(folder + "/").resolve("musicbrainz-api"));

const client = new MusicBrainzApi({
  appName: "prover", appVersion: "1.0", appContactInfo: "prover@example.org", disableRateLimiting: true,
  baseUrl: `http://127.0.0.1:${process.argv[2]}`,
});
const failure = async (asked) => asked.then((answer) => answer.error ?? "", (problem) => String(problem));
const artist = await client.lookup("artist", process.argv[3], ["genres", "tags", "artist-rels"]);
const isrc = process.argv[4] ? await client.lookup("isrc", process.argv[4]) : { recordings: [] };
const found = await client.search("artist", { query: 'artist:"Low"' });
console.log(JSON.stringify({
  name: artist.name,
  genres: artist.genres.map((genre) => [genre.name, genre.count]),
  tags: artist.tags.map((tag) => [tag.name, tag.count]),
  relations: artist.relations.map((one) => [one.type, one.artist.name]),
  recordings: isrc.recordings.map((one) => [one.id, one.title, one.length]),
  searched: found.artists.map((one) => one.name),
  unknown: await failure(client.lookup("artist", "00000000-0000-4000-8000-0000000000ff")),
}));
