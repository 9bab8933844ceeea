// What a bot says by itself: a suggestion that is likely to be taken, a mood that has shifted, a song
// that friends heard. At most so many in a day, none in the quiet hours, each once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "bot/answering.hpp"
#include "bot/options.hpp"
#include "bot/reply.hpp"
#include "store/store.hpp"

namespace engine::bot {

struct Note {
  std::string subject;  // what it is about: it is told once
  Reply reply;
};

/// For whom a note is looked for, and what is asked about them.
struct NoteQuestion {
  std::string bot;
  std::int64_t chat = 0;
  std::int64_t user = 0;  // of the store
  std::string timezone;
  std::int64_t now = 0;
  const BotOptions& options;
  std::function<Told(const std::string& verb, const verbs::Given& given)> ask;
};

/// Whether one may be told at all now.
bool may_tell(const BotOptions& options, int second_of_day, std::int64_t told_today);

/// Nothing where there is nothing to tell, or it is not the time. Remembers the mood.
std::optional<Note> look_for_note(Store& store, const NoteQuestion& question);

/// What differs between two answers of `engine mood --json`, as a sentence; "" where that is no shift.
std::string mood_shift(const verbs::Json& before, const verbs::Json& now);

}  // namespace engine::bot
