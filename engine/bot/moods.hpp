// What a person wants now: a mood, and how fast lists turn over.
#pragma once

#include <string>

#include "bot/answering.hpp"

namespace engine::bot {

/// /mood [WORDS | off]: lists that are kept follow a mood that was set.
void answer_mood(Answering& here, const std::string& words);
/// /cycling [LEVEL [LIST]]
void answer_cycling(Answering& here, const std::string& rest);

}  // namespace engine::bot
