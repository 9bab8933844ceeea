// The pages of help that the engine carries: engine/help/topics/NAME.md, one for each subject.
//
// A page says everything of its subject that is not declared in the program: what is (columns, sets,
// steps, elements) stands in it as {{name}} on a line of its own, and whoever shows the page
// says what that is now.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace engine {

struct Topic {
  std::string_view name;      // "columns": engine help columns
  std::string_view markdown;  // its first heading says what it is about
};

/// In the order in which they are told.
std::span<const Topic> topics();
/// nullptr where there is none.
const Topic* find_topic(std::string_view name);

/// The page with every {{name}} replaced by what `reference` gives for it, as Markdown.
std::string filled_in(const Topic& topic,
                      const std::function<std::string(const std::string& name)>& reference);

}  // namespace engine
