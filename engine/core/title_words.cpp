#include "core/title_words.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "core/ascii.hpp"

namespace engine {
namespace {

using Words = std::vector<std::string_view>;

// ---- other languages ----------------------------------------------------------------------------

/// A word, as folding leaves it, and the English one that means the same in a part of a title.
struct Translation {
  std::string_view word, english;
};
constexpr Translation kTranslations[] = {
    // the recording was worked over
    {"リマスター", "remastered"},
    {"リマスタリング", "remastered"},
    {"リマスタード", "remastered"},
    {"重制", "remastered"},
    {"重製", "remastered"},
    {"리마스터", "remastered"},
    {"리마스터링", "remastered"},
    {"ремастер", "remastered"},
    {"ремастеринг", "remastered"},
    {"remastrad", "remastered"},
    {"rimasterizzato", "remastered"},
    {"rimasterizzata", "remastered"},
    // played to an audience
    {"ライブ", "live"},
    {"ライヴ", "live"},
    {"라이브", "live"},
    {"现场", "live"},
    {"現場", "live"},
    {"canli", "live"},
    {"canlı", "live"},
    // without amplifiers
    {"acustico", "acoustic"},
    {"acustica", "acoustic"},
    {"acoustique", "acoustic"},
    {"akustik", "acoustic"},
    {"akustisch", "acoustic"},
    {"akustische", "acoustic"},
    {"akustisk", "acoustic"},
    {"akustyczna", "acoustic"},
    {"アコースティック", "acoustic"},
    {"어쿠스틱", "acoustic"},
    // without a voice
    {"instrumentale", "instrumental"},
    {"instrumentals", "instrumental"},
    {"instrumentaal", "instrumental"},
    {"inst", "instrumental"},
    {"インストゥルメンタル", "instrumental"},
    {"インストルメンタル", "instrumental"},
    {"インスト", "instrumental"},
    {"伴奏", "instrumental"},
    {"カラオケ", "karaoke"},
    // other kinds of recordings
    {"リミックス", "remix"},
    {"리믹스", "remix"},
    {"remezcla", "remix"},
    {"ремикс", "remix"},
    {"rmx", "remix"},
    {"デモ", "demo"},
    {"데모", "demo"},
    {"demos", "demo"},
    {"maqueta", "demo"},
    {"демо", "demo"},
    {"extendida", "extended"},
    {"extendido", "extended"},
    {"estesa", "extended"},
    {"spedup", "sped"},
    {"speedup", "sped"},
    {"sesion", "session"},
    {"sessao", "session"},
    {"sesiones", "sessions"},
    // what it was published on
    {"シングル", "single"},
    {"sencillo", "single"},
    {"アルバム", "album"},
    {"モノ", "mono"},
    {"モノラル", "mono"},
    {"monaural", "mono"},
    {"ステレオ", "stereo"},
    {"estereo", "stereo"},
    {"ボーナス", "bonus"},
    {"bonustrack", "bonus"},
    {"トラック", "track"},
    {"pista", "track"},
    {"faixa", "track"},
    {"piste", "track"},
    {"デラックス", "deluxe"},
    {"サウンドトラック", "soundtrack"},
    {"саундтрек", "soundtrack"},
    {"ost", "soundtrack"},
    {"オリジナル", "original"},
    {"originale", "original"},
    {"edicion", "edition"},
    {"edicao", "edition"},
    {"edizione", "edition"},
    {"editie", "edition"},
    {"バージョン", "version"},
    {"ヴァージョン", "version"},
    {"버전", "version"},
    {"версия", "version"},
    {"versao", "version"},
    {"versione", "version"},
    {"versie", "version"},
    {"ver", "version"},
    // pictures
    {"oficial", "official"},
    {"officiel", "official"},
    {"officielle", "official"},
    {"offizielles", "official"},
    {"offizieller", "official"},
    {"ufficiale", "official"},
    {"公式", "official"},
    {"オフィシャル", "official"},
    {"официальный", "official"},
    {"videoclip", "video"},
    {"clip", "video"},
    {"clipe", "video"},
    {"klip", "video"},
    {"mv", "video"},
    {"pv", "video"},
    {"ビデオ", "video"},
    {"뮤직비디오", "video"},
    {"клип", "video"},
    {"видео", "video"},
    {"lyric", "lyrics"},
    {"letra", "lyrics"},
    {"letras", "lyrics"},
    {"paroles", "lyrics"},
    {"歌词", "lyrics"},
    {"歌詞", "lyrics"},
    {"visualiser", "visualizer"},
    {"visualizador", "visualizer"},
    // where it is from
    {"pelicula", "film"},
    {"filme", "film"},
    {"movie", "film"},
    {"serie", "series"},
    {"映画", "film"},
};

/// Two words that mean one.
struct PairTranslation {
  std::string_view first, second, english;
};
constexpr PairTranslation kPairTranslations[] = {
    {"ao", "vivo", "live"},
    {"en", "vivo", "live"},
    {"en", "directo", "live"},
    {"en", "concierto", "live"},
    {"en", "concert", "live"},
    {"en", "public", "live"},
    {"en", "live", "live"},
    {"dal", "vivo", "live"},
    {"na", "zywo", "live"},
    {"in", "concert", "live"},
    {"off", "vocal", "instrumental"},
    {"speed", "up", "sped"},
    {"sped", "up", "sped"},
    {"slowed", "down", "slowed"},
    {"de", "luxe", "deluxe"},
    {"banda", "sonora", "soundtrack"},
    {"bande", "originale", "soundtrack"},
    {"colonna", "sonora", "soundtrack"},
    {"trilha", "sonora", "soundtrack"},
    {"m", "v", "video"},
};

/// Endings that scripts without spaces write onto the word.
constexpr std::string_view kJoinedEndings[] = {"バージョン", "ヴァージョン", "版",
                                               "盤",         "버전",         "ver"};

bool is_number(std::string_view word) {
  if (word.empty() || !is_digit(word[0])) return false;
  std::size_t digits = 0;
  while (digits < word.size() && is_digit(word[digits])) ++digits;
  const std::string_view rest = word.substr(digits);
  return rest.empty() || rest == "st" || rest == "nd" || rest == "rd" || rest == "th" ||
         rest == "s" || rest == "年";
}

std::string_view translated(std::string_view word) {
  for (const Translation& line : kTranslations) {
    if (line.word == word) return line.english;
  }
  return {};
}

/// "2015年リマスター版" -> "remastered".
std::string_view translated_joined(std::string_view word) {
  while (!word.empty() && is_digit(word[0])) word.remove_prefix(1);
  if (word.starts_with("年")) word.remove_prefix(std::string_view("年").size());
  for (const std::string_view ending : kJoinedEndings) {
    if (!word.ends_with(ending)) continue;
    if (word == ending) return "version";
    word.remove_suffix(ending.size());
    break;
  }
  return translated(word);
}

std::string_view english(std::string_view word) {
  if (const std::string_view found = translated(word); !found.empty()) return found;
  const bool is_ascii = std::all_of(word.begin(), word.end(), [](char c) { return c > 0; });
  if (is_ascii) return word;
  const std::string_view found = translated_joined(word);
  return found.empty() ? word : found;
}

Words english_words(std::string_view text) {
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  Words result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto pair = std::find_if(
        std::begin(kPairTranslations), std::end(kPairTranslations), [&](const auto& line) {
          return i + 1 < words.size() && line.first == words[i] && line.second == words[i + 1];
        });
    if (pair != std::end(kPairTranslations)) {
      result.push_back(pair->english);
      ++i;
    } else {
      result.push_back(english(words[i]));
    }
  }
  return result;
}

// ---- the words of each kind ---------------------------------------------------------------------

/// Words that alone make a part an edition of the same recording, beside "remaster...".
constexpr std::string_view kEditionWords[] = {
    "mono",        "stereo", "bonus",  "deluxe", "explicit", "clean", "expanded",
    "anniversary", "album",  "single", "radio",  "lp",       "ep",    "soundtrack"};
/// Of these, words that a title may say in brackets by itself.
constexpr std::string_view kTitleAlone[] = {"single", "radio", "album", "ep"};
/// Words that may stand beside them.
constexpr std::string_view kEditionCompany[] = {
    "version", "edit",    "edition", "mix",       "track",   "digital", "digitally", "original",
    "the",     "special", "super",   "recording", "master",  "and",     "in",        "from",
    "full",    "new",     "release", "issue",     "reissue", "uk",      "us",        "re",
    "cd",      "vinyl",   "hi",      "res",       "bit",     "en",      "em",        "ano"};
/// Whole parts that are editions without any of the words above.
constexpr std::string_view kEditionPhrases[] = {
    "original version", "original mix", "original edit",  "original",           "edit",
    "main version",     "7 version",    "from the vault", "original recording", "version original"};
/// Words that say in which form the recording is shown.
constexpr std::string_view kMediaWords[] = {"official", "video", "audio", "lyrics", "visualizer",
                                            "hd",       "hq",    "uhd",   "4k"};
constexpr std::string_view kMediaCompany[] = {"music", "full", "new",  "original", "version",
                                              "with",  "con",  "avec", "the",      "con"};
/// Words of where a song was first heard; with "from" or its like before them it is an edition.
constexpr std::string_view kOrigins[] = {"film",    "series", "soundtrack", "musical", "picture",
                                         "netflix", "disney", "anime",      "show",    "novela",
                                         "game",    "motion", "broadway"};
constexpr std::string_view kFrom[] = {"from", "de", "del", "do",  "da",    "du",
                                      "des",  "au", "aus", "dal", "dalla", "tema"};

/// Words that make a part another recording wherever they stand in it.
constexpr std::string_view kVersionWords[] = {
    "remix",    "remixed",   "instrumental", "karaoke",  "nightcore",  "acapella",   "cappella",
    "acoustic", "unplugged", "alternate",    "outtake",  "outtakes",   "rehearsal",  "rework",
    "reworked", "bootleg",   "remake",       "recorded", "rerecorded", "orchestral", "slowed",
    "sped",     "mashup",    "8d",           "stripped", "reprise",    "medley"};
/// Words that do so at the end of a part, or at its beginning before one of kVersionFollowers.
constexpr std::string_view kVersionEdges[] = {
    "live",     "cover",   "demo",        "mix",    "dub", "club",    "edit", "session", "sessions",
    "extended", "tribute", "alternative", "reverb", "vip", "version", "cut",  "singles", "take"};
constexpr std::string_view kVersionFollowers[] = {
    "version", "mix",  "edit",    "edition",  "take", "by",  "of",    "at",    "to",
    "record",  "demo", "session", "sessions", "dub",  "cut", "vocal", "piano", "recording"};
/// "live" is a verb, too: what may follow it where the word is about a concert. A place word needs
/// a place behind it.
constexpr std::string_view kLiveFollowers[] = {
    "version",  "mix",   "edit",   "edition", "session", "sessions", "recording",
    "acoustic", "video", "audio",  "lounge",  "tour",    "concert",  "bbc",
    "mtv",      "kexp",  "medley", "demo",    "studio",  "remix",    "performed"};
constexpr std::string_view kPlaceWords[] = {"at", "in",  "from", "on",  "em",  "en", "na",   "im",
                                            "au", "auf", "aus",  "bei", "aux", "al", "desde"};
/// Words that say nothing in the name of a version.
constexpr std::string_view kVersionFillers[] = {"version", "the", "in", "recorded"};

bool has(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_remaster(std::string_view word) {
  return word.starts_with("remaster");
}
bool is_edition_word(std::string_view word) {
  return is_remaster(word) || has(kEditionWords, word);
}
/// A word that may stand around the one that tells.
bool is_beside(std::string_view word) {
  return is_edition_word(word) || has(kEditionCompany, word) || has(kMediaWords, word) ||
         is_number(word);
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.substr(0, word.size()) == word &&
         (text.size() == word.size() || text[word.size()] == ' ');
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string_view trimmed_front(std::string_view text) {
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  return text;
}

// ---- the rules ----------------------------------------------------------------------------------

bool is_credit(std::string_view text, std::string_view words, bool is_bracketed) {
  for (const std::string_view word : {"feat", "ft", "featuring", "prod", "produced by"}) {
    if (starts_with_word(words, word)) return true;
  }
  // "(part. X)" is a guest in Portuguese, "(Part 2)" a part.
  if (text.starts_with("part. ") && text.size() > 6 && !is_digit(text[6]) && text[6] != 'i' &&
      text[6] != 'v') {
    return true;
  }
  return is_bracketed && (starts_with_word(words, "with") || text.starts_with("w/"));
}

/// "from "film"", "de la película x", "映画「x」より".
bool is_origin(std::string_view text, const Words& words, bool is_bracketed) {
  if (text.find("より") != text.npos || text.find("主題歌") != text.npos) return true;
  if (words.size() < 2 || !has(kFrom, words[0])) return false;
  if (std::any_of(words.begin(), words.end(), [](auto word) { return has(kOrigins, word); })) {
    return true;
  }
  if (words[0] != "from") return false;
  const bool has_quote = text.find('"') != text.npos || text.find(" '") != text.npos;
  return has_quote || !is_bracketed;
}

bool is_edition(const Words& words, bool is_bracketed) {
  if (has(kEditionPhrases, joined(words))) return true;
  const auto says = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const bool is_medium =
      std::all_of(words.begin(), words.end(),
                  [](std::string_view word) {
                    return has(kMediaWords, word) || has(kMediaCompany, word) || is_number(word);
                  }) &&
      std::any_of(words.begin(), words.end(), [](auto word) { return has(kMediaWords, word); });
  if (is_medium || says("soundtrack") || (says("motion") && says("picture"))) return true;
  bool has_edition = false;
  for (const std::string_view word : words) {
    if (is_edition_word(word)) {
      has_edition = true;
    } else if (!is_beside(word)) {
      return false;
    }
  }
  if (!has_edition) return false;
  if (words.size() > 1) return true;
  const bool is_advice = words[0] == "explicit" || words[0] == "clean";
  return !has(kTitleAlone, words[0]) && (!is_advice || is_bracketed);
}

bool is_edge_version(const Words& words, std::size_t at) {
  const auto are_beside = [&](std::size_t from, std::size_t to) {
    return std::all_of(words.begin() + static_cast<std::ptrdiff_t>(from),
                       words.begin() + static_cast<std::ptrdiff_t>(to), is_beside);
  };
  const bool is_take = words[at] == "take";
  if (!is_take && are_beside(at + 1, words.size())) return true;
  if (!are_beside(0, at) || at + 1 == words.size()) return false;
  const std::string_view next = words[at + 1];
  if (is_number(next)) return true;
  if (is_take) return false;
  if (words[at] != "live") return has(kVersionFollowers, next);
  return has(kLiveFollowers, next) || (has(kPlaceWords, next) && at + 2 < words.size());
}

bool is_version(const Words& words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (has(kVersionWords, words[at])) return true;
    if (has(kVersionEdges, words[at]) && is_edge_version(words, at)) return true;
  }
  return false;
}

/// The version's own words: "acoustic version 2011 remaster" -> "acoustic".
std::string version_text(const Words& words) {
  Words kept;
  const bool has_remaster = std::any_of(words.begin(), words.end(), is_remaster);
  for (const std::string_view word : words) {
    if (has(kVersionFillers, word) || has(kMediaWords, word) || is_remaster(word)) continue;
    if (has_remaster && is_number(word)) continue;
    kept.push_back(word);
  }
  return joined(kept.empty() ? words : kept);
}

}  // namespace

TitlePartReading read_title_part(std::string_view text, std::string_view words, bool is_bracketed) {
  TitlePartReading reading;
  text = trimmed_front(text);
  if (words.empty()) return reading;
  if (is_credit(text, words, is_bracketed)) {
    reading.part = TitlePart::kCredit;
    return reading;
  }
  const Words english = english_words(words);
  if (is_edition(english, is_bracketed) || is_origin(text, english, is_bracketed)) {
    reading.part = TitlePart::kEdition;
  } else if (is_version(english)) {
    reading.part = TitlePart::kVersion;
    reading.version = version_text(english);
  }
  return reading;
}

// ---- places on an album -------------------------------------------------------------------------

namespace {

constexpr std::string_view kAlbumParts[] = {
    "intro",      "introduction", "outro",          "interlude",    "skit",          "prelude",
    "prologue",   "epilogue",     "overture",       "untitled",     "segue",         "intermission",
    "intermezzo", "introduccion", "introducao",     "introduzione", "interludio",    "interlud",
    "preludio",   "prologo",      "epilogo",        "prolog",       "epilog",        "obertura",
    "ouverture",  "abertura",     "einleitung",     "vorspiel",     "zwischenspiel", "nachspiel",
    "intermede",  "entracte",     "opening",        "ending",       "finale",        "transition",
    "イントロ",   "アウトロ",     "インタールード", "序曲",         "間奏",          "前奏",
    "인트로",     "아웃트로",     "интро",          "аутро"};
constexpr std::string_view kAlbumPartCompany[] = {
    "the", "pt",  "part", "parte", "teil", "no",  "and",  "track", "album", "i",
    "ii",  "iii", "iv",   "v",     "vi",   "vii", "viii", "ix",    "x"};
constexpr std::string_view kAlbumPartPhrases[] = {"sans titre",   "sin titulo", "sem titulo",
                                                  "senza titolo", "ohne titel", "hidden track",
                                                  "bonus track"};

}  // namespace

bool is_album_part(std::string_view title) {
  if (has(kAlbumPartPhrases, title)) return true;
  bool has_part = false;
  for (std::size_t at = 0; at <= title.size();) {
    const std::size_t end = std::min(title.find(' ', at), title.size());
    const std::string_view word = title.substr(at, end - at);
    at = end + 1;
    if (has(kAlbumParts, word)) {
      has_part = true;
    } else if (!word.empty() && !has(kAlbumPartCompany, word) && !is_number(word)) {
      return false;
    }
  }
  return has_part;
}

}  // namespace engine
