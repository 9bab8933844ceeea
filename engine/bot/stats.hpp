// A person's listening in figures.
#pragma once

#include "bot/answering.hpp"

namespace engine::bot {

/// /stats
void answer_stats(Answering& here);

}  // namespace engine::bot
