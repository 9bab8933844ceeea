#include "store/listen_flags.hpp"

#include <string>

namespace engine {

EndReason end_reason(std::string_view word) {
  static constexpr struct {
    std::string_view word;
    EndReason reason;
  } kWords[] = {
      {"", EndReason::kUnknown},
      {"unknown", EndReason::kUnknown},
      {"trackdone", EndReason::kTrackDone},
      {"fwdbtn", EndReason::kForward},
      {"backbtn", EndReason::kBack},
      {"clickrow", EndReason::kClickRow},
      {"endplay", EndReason::kEndPlay},
      {"logout", EndReason::kLogout},
      {"remote", EndReason::kRemote},
      {"unexpectedexit", EndReason::kUnexpectedExit},
      {"unexpectedexitwhilepaused", EndReason::kUnexpectedExitPaused},
      {"trackerror", EndReason::kTrackError},
      {"playbtn", EndReason::kPlayButton},
      {"clickside", EndReason::kClickSide},
      {"popup", EndReason::kPopup},
      {"appload", EndReason::kAppLoad},
      {"reload", EndReason::kReload},
      {"uriopen", EndReason::kUriOpen},
  };
  std::string plain;  // spellings vary: click-row, clickrow
  for (const char c : word) {
    if (c != '-' && c != '_') plain += c;
  }
  for (const auto& known : kWords) {
    if (plain == known.word) return known.reason;
  }
  return EndReason::kOther;
}

}  // namespace engine
