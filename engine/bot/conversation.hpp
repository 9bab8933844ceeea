// What a request of a person comes to: which command or button it is, and who answers that
// (answering.hpp says by what).
#pragma once

#include <vector>

#include "bot/answering.hpp"

namespace engine::bot {

/// The answer, in order.
std::vector<Reply> answer(const Update& update, const Talk& talk);

}  // namespace engine::bot
