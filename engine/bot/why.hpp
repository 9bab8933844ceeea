// Why a song is in a list, or was suggested.
#pragma once

#include <string>

#include "bot/answering.hpp"

namespace engine::bot {

/// /why [NUMBER], of the list that was shown last or of the question that was asked last or is replied to.
void answer_why(Answering& here, const std::string& asked);

}  // namespace engine::bot
