// The words of core/title_words.cpp, a line of the table each: what stands behind or beside a
// song's name in the languages that services write.
#include <catch2/catch.hpp>

#include "core/text_key.hpp"

using engine::text_key;

namespace {

struct Line {
  const char* part;     // behind "Song"
  const char* version;  // "" for an edition or a guest
};

std::string read(const std::string& title) {
  const auto key = text_key("A", title);
  return key.version.empty() ? key.title : key.title + " / " + key.version;
}

}  // namespace

TEST_CASE("the same recording in another edition, form or credit", "[text_key][title_words]") {
  const std::string part = GENERATE(
      // worked over
      " - Remasterizado 2009", " (Remasterizada)", " - Remasterisé en 2011",
      " (Rimasterizzato 2016)", " - 2015リマスター", " (リマスター版)", " (2011年リマスター)",
      " (ﾘﾏｽﾀｰ)", " [リマスタリング]", " (리마스터)", " (Ремастер 2011)", " (重制版)", " (重製版)",
      " - Remastrad 2007", " - 24 Bit Digital Remaster", " - Remastered 2009 / Stereo Mix",
      // published on
      " - Mono", " (ステレオ)", " (モノ)", " - Estéreo", " - Single Version",
      " (シングル・バージョン)", " (Album Version)", " - Versão Original", " (Edición Deluxe)",
      " (Deluxe)", " (De Luxe)", " [Bonus Track]", " (Faixa Bônus)", " - Pista Bonus",
      " (ボーナス・トラック)", " [Explicit]", " (Clean)", " - EP Version", " (7\" Version)",
      " (Original Recording)",
      // pictures
      " (Official Video)", " [Official Music Video]", " (Official Audio)",
      " (Official Lyric Video)", " (Lyrics)", " (Video Oficial)", " (Videoclip Oficial)",
      " (Clip officiel)", " (Offizielles Video)", " (Video Ufficiale)", " (Letra)", " (M/V)",
      " [MV]", " (HD)", " [4K]", " (Official Visualizer)", " (Official Video) [HD]",
      " (オフィシャル・ビデオ)", " (Клип)",
      // first heard in
      " - From \"The Film\"", " (From \"The Film\")", " - From “The Film” Soundtrack",
      " (From the Netflix Series X)", " - From 'The Film' / Single Version",
      " (De la película \"X\")", " (Do Filme X)", " - Banda Sonora Original",
      " (Original Soundtrack)", " (映画「X」より)", " (「X」主題歌)", " - From The Vault", " (OST)",
      // who else took part
      " (feat. B)", " feat. B & C", " [ft. B]", " (with B)", " (w/ B)", " (prod. by B)",
      " [Prod. B]", " prod. by B", " (Official Video) prod. B", " (part. B)");
  CAPTURE(part);
  CHECK(read("Song" + part) == "song");
}

TEST_CASE("another recording of the song in any language", "[text_key][title_words]") {
  const Line line = GENERATE(values<Line>({
      {" - Ao Vivo", "live"},
      {" (Ao Vivo em Lisboa)", "live em lisboa"},
      {" - En Vivo", "live"},
      {" (En Directo)", "live"},
      {" - En Concierto", "live"},
      {" (Dal Vivo)", "live"},
      {" - En public", "live"},
      {" (Na żywo)", "live"},
      {" (ライブ)", "live"},
      {" (ﾗｲﾌﾞ)", "live"},
      {" - ライヴ・バージョン", "live"},
      {" 〜Live Ver.〜", "live"},
      {"【Live】", "live"},
      {" (라이브)", "live"},
      {" (現場版)", "live"},
      {" - In Concert", "live"},
      {" (Live / Remasterizado)", "live"},
      {" (Official Live Video)", "live"},
      {" - Live 1975", "live 1975"},
      {" - Live at the BBC, 1975 / 2012 Remaster", "live at bbc"},
      {" (Live) [Remastered]", "live"},
      {" (feat. B) - Live", "live"},
      {" (Acústico)", "acoustic"},
      {" (Versión Acústica)", "acoustic"},
      {" - Version acoustique", "acoustic"},
      {" (Akustik)", "acoustic"},
      {" (アコースティック)", "acoustic"},
      {" - MTV Unplugged", "mtv unplugged"},
      {" (Inst.)", "instrumental"},
      {" (インストゥルメンタル)", "instrumental"},
      {" (Off Vocal)", "instrumental"},
      {" (カラオケ)", "karaoke"},
      {" (リミックス)", "remix"},
      {" (B Remezcla)", "b remix"},
      {" - B Remix", "b remix"},
      {" - Extended Mix", "extended mix"},
      {" (Versión Extendida)", "extended"},
      {" - Sped Up", "sped"},
      {" (speed up)", "sped"},
      {" (sped up version)", "sped"},
      {" - Slowed + Reverb", "slowed reverb"},
      {" (Slowed Down)", "slowed"},
      {" (Nightcore)", "nightcore"},
      {" (8D Audio)", "8d"},
      {" (Demo)", "demo"},
      {" - Maqueta", "demo"},
      {" (デモ)", "demo"},
      {" - Take 3", "take 3"},
      {" - Spotify Singles", "spotify singles"},
      {" (Taylor's Version)", "taylors"},
      {" (Taylor's Version) (From The Vault)", "taylors"},
      {" (French Version)", "french"},
      {" (Japanese Ver.)", "japanese"},
      {" - 2019 Version", "2019"},
      {" (Piano Version)", "piano"},
      {" - Reprise", "reprise"},
  }));
  CAPTURE(line.part);
  CHECK(read(std::string("Song") + line.part) == std::string("song / ") + line.version);
}

TEST_CASE("titles that only sound like editions or versions stay whole",
          "[text_key][title_words]") {
  struct Title {
    const char *written, *read;
  };
  const Title title = GENERATE(values<Title>({
      {"Live and Let Die", "live and let die"},
      {"Demo", "demo"},
      {"Mono", "mono"},
      {"Remaster", "remaster"},
      {"Live", "live"},
      {"ライブ", "ライブ"},
      {"From Me to You", "from me to you"},
      {"Official Video", "official video"},
      {"Karaoke", "karaoke"},
      {"Remix (Ignition)", "remix ignition"},
      {"Acoustic Kitty", "acoustic kitty"},
      {"Song (Live Your Life)", "song live your life"},
      {"Song (Live Forever)", "song live forever"},
      {"Song (Cover Me Up)", "song cover me up"},
      {"Song (Club Can't Handle Me)", "song club cant handle me"},
      {"Song (Take On Me)", "song take on me"},
      {"Song (Video Games)", "song video games"},
      {"Song (Forget About Me)", "song forget about me"},
      {"Song (From Home)", "song from home"},
      {"Song (From Now On)", "song from now on"},
      {"Song (Alternative Facts)", "song alternative facts"},
      {"Song (Part 2)", "song part 2"},
      {"Song (Pt. II)", "song pt ii"},
      {"Song (Single)", "song single"},
      {"Song (Radio)", "song radio"},
      {"Song (Radio Ga Ga)", "song radio ga ga"},
      {"Song (Original Sin)", "song original sin"},
      {"~Song~", "song"},
  }));
  CHECK(read(title.written) == title.read);
}

TEST_CASE("a title that every album may have is told apart by its album",
          "[text_key][title_words]") {
  const std::string title = GENERATE("Intro", "Interlude II", "Skit 3", "Untitled", "The Prelude",
                                     "Outro (feat. B)", "Intro - 2011 Remaster", "Интро",
                                     "イントロ", "Sin título", "Interludio", "Part 2 / Interlude");
  CAPTURE(title);
  const auto key = [&](const char* album) { return text_key("A", title, album); };
  CHECK(key("First Winter").album == "first winter");
  CHECK(key("First Winter").track_key() == key("First Winter (Deluxe Edition)").track_key());
  CHECK(key("First Winter").track_key() != key("Second Winter").track_key());
  CHECK(key("First Winter").song_key() != key("Second Winter").song_key());
  CHECK(key("").song_key() == text_key("A", title).song_key());
}

TEST_CASE("other titles are one song on every album", "[text_key][title_words]") {
  const std::string title =
      GENERATE("Thaw", "Intro to You", "Part 2", "Interlude Street", "Overtures", "Opening Night");
  CAPTURE(title);
  CHECK(text_key("A", title, "One").track_key() == text_key("A", title, "Two").track_key());
  // An album called like its track is a single.
  CHECK(text_key("A", "Intro", "Intro").album.empty());
}
