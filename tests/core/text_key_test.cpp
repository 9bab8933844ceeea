#include "core/text_key.hpp"

#include <catch2/catch.hpp>

using engine::artist_key;
using engine::tag_name;
using engine::text_key;

namespace {

std::string title_of(std::string_view title) {
  return text_key("A", title).title;
}
std::string version_of(std::string_view title) {
  return text_key("A", title).version;
}
std::string track_key(std::string_view artist, std::string_view title) {
  return text_key(artist, title).track_key();
}

}  // namespace

TEST_CASE("case, accents and width do not tell artists apart", "[text_key]") {
  CHECK(artist_key("BJÖRK") == "bjork");
  CHECK(artist_key("Bjo\xcc\x88rk") == "bjork");  // o + combining diaeresis, not NFC
  CHECK(artist_key("Sigur Rós") == "sigur ros");
  CHECK(artist_key("Ｐｅｒｆｕｍｅ") == "perfume");  // full width
  CHECK(artist_key("Die Ärzte") == artist_key("DIE ÄRZTE"));
  CHECK(artist_key("Großstadtgeflüster") == "grossstadtgefluster");
}

TEST_CASE("typographic look-alikes equal their ASCII forms", "[text_key]") {
  CHECK(artist_key("Go‐Go’s") == artist_key("Go-Go's"));  // U+2010, U+2019
  CHECK(artist_key("Go-Go's") == "go gos");
  CHECK(title_of("Don’t Stop") == "dont stop");
  CHECK(title_of("Don't Stop") == "dont stop");
  CHECK(title_of("Song – Remastered 2011") == "song");  // en dash
  CHECK(title_of("Song\xc2\xa0One") == "song one");     // no-break space
  CHECK(title_of("“Heroes”") == "heroes");
}

TEST_CASE("punctuation and ampersands collapse", "[text_key]") {
  CHECK(artist_key("AC/DC") == "ac dc");
  CHECK(artist_key("Simon & Garfunkel") == "simon and garfunkel");
  CHECK(artist_key("Simon and Garfunkel") == "simon and garfunkel");
  CHECK(artist_key("N.W.A.") == "nwa");
  CHECK(artist_key("R.E.M.") == artist_key("REM"));
  CHECK(artist_key("J. Cole") == "j cole");
  CHECK(artist_key("Mr. Big") == "mr big");
  CHECK(title_of("  Hello,   World!  ") == "hello world");
}

TEST_CASE("featured artists are dropped", "[text_key]") {
  CHECK(artist_key("Santana feat. Rob Thomas") == "santana");
  CHECK(artist_key("Santana ft. Rob Thomas") == "santana");
  CHECK(artist_key("Santana (feat. Rob Thomas)") == "santana");
  CHECK(title_of("Smooth (feat. Rob Thomas)") == "smooth");
  CHECK(title_of("Smooth feat. Rob Thomas") == "smooth");
  CHECK(title_of("Smooth [ft. Rob Thomas]") == "smooth");
  CHECK(title_of("Rain On Me (with Ariana Grande)") == "rain on me");
  CHECK(title_of("Smooth featuring Rob Thomas - Radio Edit") == "smooth");
  CHECK(title_of("Featherweight") == "featherweight");
  CHECK(title_of("A Song with You") == "a song with you");
}

TEST_CASE("edition words are dropped", "[text_key]") {
  const std::string suffix = GENERATE(
      " - Remastered 2011", " - 2008 Remaster", " - Remastered", " (Remastered)",
      " - 2011 Remastered Version", " - Mono", " - Stereo Mix", " - Single Version",
      " - Radio Edit", " (Radio Edit)", " - Album Version", " - Bonus Track", " (Deluxe Edition)",
      " [Explicit Version]", " - 50th Anniversary Edition", " - Original Mix",
      " (2015 Digital Remaster)", " - Single Edit", " (Edit)", " - Mono / Remastered 2009",
      " - From the Original Motion Picture Soundtrack", " (Expanded Edition) [Remastered]");
  CAPTURE(suffix);
  CHECK(title_of("Heroes" + suffix) == "heroes");
  CHECK(version_of("Heroes" + suffix).empty());
}

TEST_CASE("versions are kept apart", "[text_key]") {
  CHECK(version_of("Song (Live)") == "live");
  CHECK(version_of("Song - Live") == "live");
  CHECK(version_of("Song - Live at Wembley Stadium") == "live at wembley stadium");
  CHECK(version_of("Song - Live; 2011 Remaster") == "live");
  CHECK(version_of("Song - Acoustic Version") == "acoustic");
  CHECK(version_of("Song (Acoustic)") == "acoustic");
  CHECK(version_of("Song (Someone Remix)") == "someone remix");
  CHECK(version_of("Song (feat. B) [Someone Remix]") == "someone remix");
  CHECK(version_of("Song - Instrumental") == "instrumental");
  CHECK(version_of("Song - Demo") == "demo");
  CHECK(version_of("Song (Karaoke Version)") == "karaoke");
  CHECK(version_of("Song - Extended Mix") == "extended mix");
  CHECK(version_of("Song (Taylor's Version)") == "taylors");
  CHECK(title_of("Song - Live at Wembley Stadium") == "song");

  CHECK(track_key("A", "Song") != track_key("A", "Song (Live)"));
  CHECK(text_key("A", "Song").song_key() == text_key("A", "Song (Live)").song_key());
}

TEST_CASE("words of a title stay, whatever they say elsewhere", "[text_key]") {
  CHECK(title_of("Live and Let Die") == "live and let die");
  CHECK(version_of("Live and Let Die").empty());
  CHECK(title_of("(I Can't Get No) Satisfaction") == "i cant get no satisfaction");
  CHECK(title_of("Satisfaction (Part 2)") == "satisfaction part 2");
  CHECK(title_of("1979 - 2011") == "1979 2011");
  CHECK(title_of("Radio") == "radio");
  CHECK(title_of("Ob-La-Di, Ob-La-Da") == "ob la di ob la da");
  CHECK(title_of("(Remix)") == "remix");
}

TEST_CASE("names in other scripts survive", "[text_key]") {
  CHECK(artist_key("宇多田ヒカル") == "宇多田ヒカル");
  CHECK(artist_key("Кино") == "кино");
  CHECK(artist_key("Мой") != artist_key("Мои"));  // no accents dropped from Cyrillic
  CHECK(title_of("が") != title_of("か"));        // nor voicing marks from kana
  CHECK(title_of("사랑 (Live)") == "사랑");
  CHECK(version_of("사랑 (Live)") == "live");
  CHECK(title_of("愛【Live】") == "愛");
  CHECK(track_key("宇多田ヒカル", "愛") != track_key("宇多田ヒカル", "光"));
}

TEST_CASE("names made of punctuation alone keep their text", "[text_key]") {
  CHECK(artist_key("!!!") == "!!!");
  CHECK(title_of("( )") == "( )");
  CHECK(title_of("÷") == "÷");
  CHECK(title_of("...") != title_of("???"));
  CHECK(title_of("★") == "★");
  CHECK(title_of("").empty());
}

TEST_CASE("text that is not UTF-8 still gives a key", "[text_key]") {
  CHECK(artist_key("Bj\xf6rk") == "bjork");  // Latin-1
  CHECK(artist_key(std::string("A\0B", 3)) == "a b");
}

TEST_CASE("tags are lower case with single spaces", "[text_key]") {
  CHECK(tag_name("  Indie   Rock ") == "indie rock");
  CHECK(tag_name("R&B") == "r&b");
  CHECK(tag_name("CHANSON FRANÇAISE") == "chanson française");
  CHECK(tag_name(" ").empty());
}
