// source.music_file: what tags say, and what the path says where they are silent.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <catch2/catch.hpp>

#include "support/music_sound.hpp"
#include "support/source_run.hpp"
#include "support/temporary_folder.hpp"

using namespace std::string_literals;
using test::CollectedRow;
using test::mp3;
using test::MusicTags;
using test::SourceRun;

namespace {

SourceRun read_music(const std::string& path, const std::string& bytes) {
  SourceRun run = test::read_with("source.music_file", path, bytes);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 1);
  return run;
}

CollectedRow track_of(const std::string& path, const std::string& bytes) {
  const SourceRun run = read_music(path, bytes);
  const std::vector<CollectedRow> tracks = run.of("tracks");
  REQUIRE(tracks.size() == 1);
  return tracks.front();
}

/// "artist | album | title" of a file without tags.
std::string names_of(const std::string& path) {
  const SourceRun run = read_music(path, mp3({}));
  if (run.of("tracks").empty()) return run.rows->buckets.front().bucket;
  const CollectedRow track = run.of("tracks").front();
  return track["artist_credit"] + " | " + track["album"] + " | " + track["title"];
}

/// Of a file with these tags beside a title and an artist.
CollectedRow with(MusicTags tags) {
  tags.insert(tags.end(), {{"TIT2", "T"}, {"TPE1", "A"}});
  return track_of("x.mp3", mp3(tags));
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("every tag of an mp3 that a track has a place for is read", "[source][music]") {
  const SourceRun run =
      read_music("Some/Folder/1.mp3",
                 mp3({{"TIT2", "Café del Mar"},
                      {"TPE1", "Energy 52"},
                      {"TALB", "Café"},
                      {"UFID:http://musicbrainz.org", "2A8E1E69-7A3C-4B5C-9D4E-0123456789ab"},
                      {"TXXX:MusicBrainz Artist Id", "11111111-2222-3333-4444-555555555555"},
                      {"TSRC", "de-ab1-93-00017"},
                      {"TDRC", "2001-05-01"},
                      {"TDOR", "1993"},
                      {"TCON", "Trance; House/Techno"},
                      {"TBPM", "131"},
                      {"TKEY", "Ebm"},
                      {"TXXX:REPLAYGAIN_TRACK_GAIN", "-7.50 dB"},
                      {"TXXX:ITUNESADVISORY", "1"},
                      {"TXXX:MOOD", "warm"}},
                     383));  // 383 frames of 1152 samples at 44.1 kHz are 10.005 s
  const CollectedRow track = run.of("tracks").at(0);
  CHECK(track["title"] == "Café del Mar");
  CHECK(track["artist"] == "Energy 52");
  CHECK(track["artist_credit"] == "");
  CHECK(track["album"] == "Café");
  CHECK(track["mbid"] == "2a8e1e69-7a3c-4b5c-9d4e-0123456789ab");
  CHECK(track["isrc"] == "DEAB19300017");
  CHECK(track["year"] == "1993");
  CHECK(track["tags"] == "Trance\x1fHouse\x1fTechno\x1fmood:warm");
  CHECK(std::stod(track["tempo"]) == 131);
  CHECK(track["key"] == "3");
  CHECK(track["mode"] == "0");
  CHECK(std::stod(track["loudness"]) == Approx(-10.5));  // -18 - -7.5
  CHECK(track["explicit"] == "1");
  CHECK(std::stod(track["duration_ms"]) == Approx(10'005).margin(30));
  const CollectedRow artist = run.of("artists").at(0);
  CHECK(artist["artist"] == "Energy 52");
  CHECK(artist["artist_mbid"] == "11111111-2222-3333-4444-555555555555");
}

TEST_CASE("several artists are told apart by their list, one text may join several",
          "[source][music]") {
  const std::string ids =
      "11111111-2222-3333-4444-555555555555/66666666-7777-8888-9999-000000000000";
  const SourceRun listed = read_music("x.mp3", mp3({{"TIT2", "T"},
                                                    {"TPE1", "A feat. B"},
                                                    {"TXXX:ARTISTS", "A;B"},
                                                    {"TXXX:MusicBrainz Artist Id", ids}}));
  CHECK(listed.of("tracks").at(0)["artist"] ==
        "A\x1f"
        "B");
  CHECK(listed.of("artists").at(1)["artist_mbid"] == "66666666-7777-8888-9999-000000000000");

  const CollectedRow joined = track_of("x.mp3", mp3({{"TIT2", "T"}, {"TPE1", "A feat. B"}}));
  CHECK(joined["artist"] == "");
  CHECK(joined["artist_credit"] == "A feat. B");

  const CollectedRow values = track_of("x.mp3", mp3({{"TIT2", "T"}, {"TPE1", "A\0B"s}}));
  CHECK(values["artist"] ==
        "A\x1f"
        "B");
}

TEST_CASE("keys are read as musicians and DJs write them", "[source][music]") {
  const auto key = [](const std::string& text) {
    const CollectedRow track = with({{"TKEY", text}});
    return track["key"] + " " + track["mode"];
  };
  CHECK(key("C") == "0 1");
  CHECK(key("F#m") == "6 0");
  CHECK(key("Bb major") == "10 1");
  CHECK(key("8A") == "9 0");   // A minor
  CHECK(key("8B") == "0 1");   // C major
  CHECK(key("12A") == "1 0");  // C sharp minor
  CHECK(key("1d") == "0 1");   // C major
  CHECK(key("6m") == "8 0");   // G sharp minor
  CHECK(key("o") == key("none of these"));
}

TEST_CASE("loudness follows from ReplayGain by its reference", "[source][music]") {
  const auto loudness = [](const MusicTags& tags) { return std::stod(with(tags)["loudness"]); };
  CHECK(loudness({{"TXXX:REPLAYGAIN_TRACK_GAIN", "+2.1 dB"}}) == Approx(-20.1));
  CHECK(loudness({{"TXXX:REPLAYGAIN_TRACK_GAIN", "-7 dB"},
                  {"TXXX:REPLAYGAIN_REFERENCE_LOUDNESS", "83.0 dB"}}) == Approx(-17));
  CHECK(loudness({{"TXXX:REPLAYGAIN_TRACK_GAIN", "-7 dB"},
                  {"TXXX:REPLAYGAIN_REFERENCE_LOUDNESS", "-23.00 LUFS"}}) == Approx(-16));
  CHECK(loudness({{"TXXX:R128_TRACK_GAIN", "-2560"}}) == Approx(-13));  // -23 + 10
}

TEST_CASE("numbers that are none and words that name nobody are not taken", "[source][music]") {
  const CollectedRow track = with({{"TBPM", "0"}, {"TKEY", "x"}, {"TALB", "Unknown Album"}});
  CHECK(track["tempo"] == with({})["tempo"]);
  CHECK(track["key"] == with({})["key"]);
  CHECK(track["album"] == "");
  const CollectedRow named =
      track_of("The Band - Song.mp3", mp3({{"TIT2", "Song"}, {"TPE1", "Unknown Artist"}}));
  CHECK(named["artist_credit"] == "The Band");
}

TEST_CASE("a file without tags is named by its path", "[source][music]") {
  CHECK(names_of("Boards of Canada - Roygbiv.mp3") == "Boards of Canada |  | Roygbiv");
  CHECK(names_of("03 - Boards of Canada - Roygbiv.mp3") == "Boards of Canada |  | Roygbiv");
  CHECK(names_of("boards_of_canada_-_roygbiv.mp3") == "boards of canada |  | roygbiv");
  CHECK(names_of("50 Cent - In da Club.mp3") == "50 Cent |  | In da Club");
  CHECK(names_of("Low - Secret Name - 03 Two-Step.mp3") == "Low | Secret Name | Two-Step");
  CHECK(names_of("Low - 03 - Two-Step.mp3") == "Low |  | Two-Step");
  CHECK(names_of("Low - Two-Step - Live.mp3") == "Low |  | Two-Step - Live");
  CHECK(names_of("Low/Secret Name/03 Two-Step.flac") == "Low | Secret Name | Two-Step");
  CHECK(names_of("Low/1999 - Secret Name/03. Two-Step.mp3") == "Low | Secret Name | Two-Step");
  CHECK(names_of("Low/Secret Name (1999)/CD2/1-03 Two-Step.mp3") == "Low | Secret Name | Two-Step");
  CHECK(names_of("Low - Secret Name/03 Two-Step.mp3") == "Low | Secret Name | Two-Step");
  CHECK(names_of("Prince/1999/1999.mp3") == "Prince | 1999 | 1999");
  CHECK(names_of("Ariana Grande/Thank U, Next/7 Rings.mp3") ==
        "Ariana Grande | Thank U, Next | 7 Rings");
  CHECK(names_of("Track 01.mp3") == "empty");
}

TEST_CASE("the path says only what the tags do not", "[source][music]") {
  const CollectedRow track =
      track_of("Low/Secret Name/03 Two-Step.mp3", mp3({{"TIT2", "Starfire"}}));
  CHECK(track["title"] == "Starfire");
  CHECK(track["artist_credit"] == "Low");
  CHECK(track["album"] == "Secret Name");
  const CollectedRow tagged =
      track_of("Low/Secret Name/03 Two-Step.mp3", mp3({{"TIT2", "Starfire"}, {"TPE1", "Mimi"}}));
  CHECK(tagged["artist_credit"] == "Mimi");
  CHECK(tagged["album"] == "");
}

TEST_CASE("what is no sound is malformed and says why", "[source][music]") {
  CHECK(read_music("x.mp3", "").reason("malformed") == "it is empty");
  CHECK(read_music("x.flac", std::string(3000, 'x')).reason("malformed") ==
        "it is no sound file that TagLib can read");
  CHECK(read_music("x.mp3", std::string(3000, '\0')).reason("malformed") ==
        "it holds neither tags nor sound that can be read");
}

TEST_CASE("a file with the ending of another format is read by its content", "[source][music]") {
  CHECK(track_of("x.flac", mp3({{"TIT2", "T"}, {"TPE1", "A"}}))["title"] == "T");
}

TEST_CASE("bytes changed at random never break the accounting of music files", "[source][music]") {
  const std::string sound = mp3({{"TIT2", "T"}, {"TPE1", "A"}, {"TCON", "Rock"}}, 5);
  unsigned state = 1;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = sound;
    for (int k = 0; k < 4; ++k) {
      state = state * 1'664'525u + 1'013'904'223u;
      bytes[(state >> 8) % (k < 3 ? 100 : bytes.size())] = static_cast<char>(state >> 24);
    }
    if (round % 5 == 0) bytes.resize((state >> 8) % bytes.size());
    const SourceRun run = test::read_with("source.music_file", "x.mp3", bytes);
    if (run.error != "" || run.rows->problem() != "" || run.rows->total != 1) {
      CAPTURE(round, run.error, run.rows->problem());
      FAIL("not accounted for");
    }
  }
}

TEST_CASE("the other formats that sox writes are read", "[source][music]") {
  if (!test::has_sox()) return;
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("s"));
  const MusicTags tags = {{"TITLE", "Roygbiv"},
                          {"ARTIST", "Boards of Canada"},
                          {"ALBUM", "Geogaddi"},
                          {"GENRE", "idm"},
                          {"BPM", "84.5"},
                          {"INITIALKEY", "8A"},
                          {"MUSICBRAINZ_TRACKID", "2a8e1e69-7a3c-4b5c-9d4e-0123456789ab"},
                          {"REPLAYGAIN_TRACK_GAIN", "-4.00 dB"}};
  for (const std::string ending : {"ogg", "flac"}) {
    const std::string path = folder.file("s/x." + ending);
    if (!test::make_by_sox(path, tags, 2)) {
      WARN("this sox does not write " << ending);
      continue;
    }
    CAPTURE(ending);
    const CollectedRow track = track_of("x." + ending, content(path));
    CHECK(track["title"] == "Roygbiv");
    CHECK(track["artist_credit"] == "Boards of Canada");
    CHECK(track["tags"] == "idm");
    CHECK(track["mbid"] == "2a8e1e69-7a3c-4b5c-9d4e-0123456789ab");
    CHECK(std::stod(track["tempo"]) == Approx(84.5));
    CHECK(track["key"] == "9");
    CHECK(std::stod(track["loudness"]) == Approx(-14));
    CHECK(std::stod(track["duration_ms"]) == Approx(2000).margin(2));
  }
  for (const std::string ending : {"wav", "aiff", "wv"}) {  // sox writes no tags here
    const std::string path = folder.file("s/x." + ending);
    if (!test::make_by_sox(path, {}, 2)) continue;
    CAPTURE(ending);
    const CollectedRow track = track_of("A - B." + ending, content(path));
    CHECK(track["title"] == "B");
    CHECK(std::stod(track["duration_ms"]) == Approx(2000).margin(2));
  }
}
