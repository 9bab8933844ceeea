// The names of what is asked about, as buttons carry them: "suggestion:12", "trial:345".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace engine::bot {

std::optional<std::int64_t> whole_number(std::string_view text);

/// The part of "suggestion:12:overplayed" that is the reference, and what follows it.
std::pair<std::string, std::string> reference_and_rest(const std::string& text);
/// Anything may come for a button.
bool is_reference(const std::string& text);
bool is_trial(const std::string& reference);
/// 12 of "suggestion:12".
std::optional<std::int64_t> number_of(const std::string& reference);

}  // namespace engine::bot
