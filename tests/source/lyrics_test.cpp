// What is sung, as source.music_file reads it: in tags, and in the text beside the file.
#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "core/shown_text.hpp"
#include "support/music_sound.hpp"
#include "support/source_run.hpp"

using namespace std::string_literals;
using test::CollectedRow;
using test::mp3;
using test::MusicTags;
using test::SourceRun;

namespace {

constexpr std::size_t kMost = 64 << 10;

/// "source: text" of every row, "source: instrumental" where nothing is sung; joined by " / ".
std::string lyrics_of(MusicTags tags, const std::string& beside) {
  tags.insert(tags.end(), {{"TIT2", "T"}, {"TPE1", "A"}});
  const SourceRun run = test::read_with_set("source.music_file", "x.mp3", mp3(tags),
                                            {{"beside:lyrics", beside + std::string(64, '\0')}});
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 1);
  std::string text;
  for (const CollectedRow& row : run.of("lyrics")) {
    text += (text.empty() ? "" : " / ") + row["source"] + ": " +
            (row["instrumental"] == "1" ? "instrumental" : row["text"]);
  }
  return text;
}

/// Of a text beside the file, without what stands before it.
std::string beside(const std::string& text) {
  const std::string lyrics = lyrics_of({}, text);
  return lyrics.starts_with("file: ") ? lyrics.substr(6) : lyrics;
}

}  // namespace

TEST_CASE("an .lrc file is read without stamps, notes and credits", "[source][lyrics]") {
  CHECK(beside("\xef\xbb\xbf[ar:Low]\r\n[ti: Starfire]\r\n[offset:+250]\r\n[by:somebody]\r\n"
               "[00:00.00]Written by: Alan Sparhawk\r\n[00:01.00] 作词 : 某人\r\n"
               "[00:12.00]Stay with me\r\n[00:15.30]\r\n[00:17.20][01:40.5]In the light\r\n"
               "[00:20.10]♪\r\n[1:02:03.4]Hours later\r\n"
               "[02:00.00]Lyrics by Alan Sparhawk\r\n") ==
        "Stay with me\n\nIn the light\nHours later\n");
  CHECK(beside("<00:01.00> Stay <00:01.50> with <00:02.00> me\n"
               "[00:03.00]In [00:03.40]the [00:03.90]light") == "Stay with me\nIn the light\n");
  CHECK(beside("one line, no end") == "one line, no end\n");
  CHECK(beside("old\rMac\rlines") == "old\nMac\nlines\n");
}

TEST_CASE("what only looks like a stamp or a credit is sung", "[source][lyrics]") {
  CHECK(beside("Come at [5], or <3, or at 10:30 [am:pm] or [1.5]\n") ==
        "Come at [5], or <3, or at 10:30 [am:pm] or [1.5]\n");
  CHECK(beside("First line\nWritten by the hand of God\nLast line") ==
        "First line\nWritten by the hand of God\nLast line\n");
  CHECK(beside("Music makes me\nTitle fight") == "Music makes me\nTitle fight\n");
  CHECK(beside("[Verse 1]\nOne\n\n\n\n[Chorus: Low]\nTwo") == "One\n\nTwo\n");
  CHECK(beside("夜に駆ける\n「さよなら」だけだった") == "夜に駆ける\n「さよなら」だけだった\n");
}

TEST_CASE("that nothing is sung is an answer, that nothing is said is none", "[source][lyrics]") {
  CHECK(beside("[au: instrumental]") == "instrumental");
  CHECK(beside("[00:00.00] (Instrumental)\n") == "instrumental");
  CHECK(beside("[Instrumental]") == "instrumental");
  CHECK(beside("[00:05.00]纯音乐，请欣赏") == "instrumental");
  CHECK(beside("One\n[Instrumental]\nTwo") == "One\nTwo\n");  // a part of a song
  CHECK(beside("") == "");
  CHECK(beside("[ti:T]\n[00:00.00]\n♪ ♪\n...\n") == "");
}

TEST_CASE("lyrics in tags are read wherever taggers put them", "[source][lyrics]") {
  CHECK(lyrics_of({{"USLT", "Stay\nwith me"}}, "") == "tag: Stay\nwith me\n");
  CHECK(lyrics_of({{"USLT:by somebody", "Stay"}}, "") == "tag: Stay\n");
  CHECK(lyrics_of({{"TXXX:UNSYNCEDLYRICS", "[00:01.00]Stay"}}, "") == "tag: Stay\n");
  CHECK(lyrics_of({{"TXXX:LYRICS", "Stay"}}, "") == "tag: Stay\n");
  CHECK(lyrics_of({{"SYLT", "Stay with me|In the light"}}, "") ==
        "tag: Stay with me\nIn the light\n");
  CHECK(lyrics_of({{"SYLT", "Stay| with| me|\nIn the| light"}}, "") ==
        "tag: Stay with me\nIn the light\n");
  CHECK(lyrics_of({{"USLT", "Plain"}, {"SYLT", "Timed"}}, "") == "tag: Plain\n");
  CHECK(lyrics_of({{"USLT", " "}, {"TXXX:UNSYNCEDLYRICS", "Stay"}}, "") == "tag: Stay\n");
  CHECK(lyrics_of({{"USLT", "Instrumental"}}, "") == "tag: instrumental");
  CHECK(lyrics_of({{"USLT", "In the tag"}}, "Beside") == "file: Beside\n / tag: In the tag\n");
}

TEST_CASE("of too much text the lines that fit are kept", "[source][lyrics]") {
  std::string many;
  for (int k = 0; k < 20'000; ++k) many += "[00:01.00]line number " + std::to_string(k) + "\n";
  const std::string kept = beside(many);
  CHECK(kept.size() <= kMost);
  CHECK(kept.size() > kMost - 100);
  CHECK(kept.ends_with("\n"));
  std::string wide;  // one line of characters of three bytes
  for (int k = 0; k < 40'000; ++k) wide += "曲";
  const std::string cut = beside(wide);
  CHECK(cut.size() <= kMost);
  CHECK(cut.size() > kMost - 10);
  CHECK(engine::is_utf8(cut));
  CHECK(beside(std::string(300'000, '[')).size() <= kMost);
  CHECK(beside("x" + std::string(300'000, '<')).size() == kMost);
}

TEST_CASE("bytes changed at random never break the accounting of lyrics", "[source][lyrics]") {
  const std::string text =
      "[ar:Low]\n[00:12.00][01:40.5]<00:12.10>Stay <00:13.00>with\n作词 : 某人\n[au:instrumental]";
  unsigned state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = text;
    for (int k = 0; k < 6; ++k) {
      state = state * 1'664'525u + 1'013'904'223u;
      bytes[(state >> 8) % bytes.size()] = static_cast<char>(1 + (state >> 24) % 255);
    }
    if (round % 5 == 0) bytes.resize((state >> 8) % bytes.size());
    const SourceRun run = test::read_with_set("source.music_file", "a - b.mp3",
                                              mp3({{"USLT", bytes}, {"SYLT", bytes}}, 2),
                                              {{"beside:lyrics", bytes + std::string(64, '\0')}});
    if (run.error != "" || run.rows->problem() != "" || run.rows->total != 1) {
      CAPTURE(round, run.error, run.rows->problem());
      FAIL("not accounted for");
    }
  }
}
