#include <deque>
#include <mutex>
#include <unordered_map>

#include "plugin/call.hpp"

namespace engine {

struct Texts::State {
  mutable std::mutex mutex;
  // Views point into `texts`, whose strings never move.
  std::unordered_map<std::string_view, std::int32_t> codes;
  std::deque<std::string> texts;
  mutable std::string bytes;  // the dictionary, brought up to date when it is asked for
  mutable std::vector<std::uint64_t> offsets{0};
  mutable playlist_dict dict{};

  struct Recording {
    std::vector<std::int32_t> codes;
    std::vector<bool> is_there;
    std::int32_t last = -1;
  };
  std::vector<Recording> recordings;

  std::int32_t record(std::int32_t code) {
    if (recordings.empty() || recordings.back().last == code) return code;
    Recording& now = recordings.back();
    now.last = code;
    const auto at = static_cast<std::size_t>(code);
    if (at >= now.is_there.size()) now.is_there.resize(texts.size());
    if (!now.is_there[at]) now.codes.push_back(code);
    now.is_there[at] = true;
    return code;
  }
};

Texts::Texts() : state_(std::make_unique<State>()) {}
Texts::~Texts() = default;

std::int32_t Texts::code(std::string_view text) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->codes.find(text);
  if (found != state_->codes.end()) return state_->record(found->second);
  const auto code = static_cast<std::int32_t>(state_->texts.size());
  const std::string& kept = state_->texts.emplace_back(text);
  state_->codes.emplace(kept, code);
  return state_->record(code);
}

void Texts::begin_recording() {
  state_->recordings.emplace_back();
}

void Texts::end_recording() {
  state_->recordings.pop_back();
}

const std::vector<std::int32_t>& Texts::recorded() const {
  return state_->recordings.back().codes;
}

std::string_view Texts::text(std::int32_t code) const {
  const std::lock_guard lock(state_->mutex);
  if (code < 0 || static_cast<std::size_t>(code) >= state_->texts.size()) return {};
  return state_->texts[static_cast<std::size_t>(code)];
}

const playlist_dict* Texts::dict() const {
  const std::lock_guard lock(state_->mutex);
  for (std::size_t k = state_->offsets.size() - 1; k < state_->texts.size(); ++k) {
    state_->bytes += state_->texts[k];
    state_->offsets.push_back(state_->bytes.size());
  }
  state_->dict = {sizeof(playlist_dict), static_cast<std::uint32_t>(state_->texts.size()),
                  state_->bytes.data(), state_->offsets.data()};
  return &state_->dict;
}

}  // namespace engine
