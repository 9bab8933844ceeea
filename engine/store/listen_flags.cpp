#include "store/listen_flags.hpp"

namespace engine {

namespace {

constexpr struct {
  std::string_view word;
  PlayReason reason;
} kWords[] = {
    {"trackdone", PlayReason::kTrackDone},
    {"fwdbtn", PlayReason::kForward},
    {"backbtn", PlayReason::kBack},
    {"clickrow", PlayReason::kClickRow},
    {"endplay", PlayReason::kEndPlay},
    {"logout", PlayReason::kLogout},
    {"remote", PlayReason::kRemote},
    {"unexpectedexit", PlayReason::kUnexpectedExit},
    {"unexpectedexitwhilepaused", PlayReason::kUnexpectedExitPaused},
    {"trackerror", PlayReason::kTrackError},
    {"playbtn", PlayReason::kPlayButton},
    {"clickside", PlayReason::kClickSide},
    {"popup", PlayReason::kPopup},
    {"appload", PlayReason::kAppLoad},
    {"reload", PlayReason::kReload},
    {"uriopen", PlayReason::kUriOpen},
};

}  // namespace

PlayReason play_reason(std::string_view word) {
  std::string plain;  // spellings vary: click-row, clickrow
  for (const char c : word) {
    if (c != '-' && c != '_') plain += c;
  }
  if (plain.empty() || plain == "unknown") return PlayReason::kUnknown;
  for (const auto& known : kWords) {
    if (plain == known.word) return known.reason;
  }
  return PlayReason::kOther;
}

const std::vector<std::string>& play_reason_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const auto& known : kWords) all.emplace_back(known.word);
    all.emplace_back("other");
    return all;
  }();
  return words;
}

std::int32_t code_of(PlayReason reason) {
  if (reason == PlayReason::kUnknown) return -1;
  std::int32_t code = 0;
  for (const auto& known : kWords) {
    if (reason == known.reason) break;
    ++code;
  }
  return code;
}

}  // namespace engine
