#include "plan/other_verbs.hpp"

namespace engine {
namespace {

struct OtherVerb {
  std::string_view name;
  const char* fix;
};
constexpr const char* kShuffled = "write :order(pl.ordering.shuffle {})";
constexpr const char* kSorted =
    "write :order(function(t) return t.energy end), smallest first, or -t.energy for the largest "
    "first";
constexpr const char* kFirst = "write :top(10) for the ten best, or :limit { tracks = 10 }";
constexpr const char* kFiltered = "write :filter(function(t) return t.energy > 0.5 end)";
constexpr const char* kTogether = "write pl.concat { a, b } for one behind the other, or a + b";
constexpr const char* kCounted = "write #candidates";
constexpr const char* kEach =
    "write :column(\"name\", function(t) return ... end), or :rows() to walk over a few";
constexpr OtherVerb kOtherVerbs[] = {{"shuffle", kShuffled},
                                     {"random", kShuffled},
                                     {"sort", kSorted},
                                     {"sort_by", kSorted},
                                     {"order_by", kSorted},
                                     {"orderby", kSorted},
                                     {"take", kFirst},
                                     {"first", kFirst},
                                     {"head", kFirst},
                                     {"slice", kFirst},
                                     {"where", kFiltered},
                                     {"select", kFiltered},
                                     {"remove", kFiltered},
                                     {"exclude", kFiltered},
                                     {"append", kTogether},
                                     {"concat", kTogether},
                                     {"merge", kTogether},
                                     {"union", kTogether},
                                     {"add", kTogether},
                                     {"count", kCounted},
                                     {"size", kCounted},
                                     {"length", kCounted},
                                     {"map", kEach},
                                     {"each", kEach},
                                     {"foreach", kEach},
                                     {"unique", "candidates hold no track twice"},
                                     {"distinct", "candidates hold no track twice"}};

}  // namespace

std::string other_verbs_fix(std::string_view word) {
  for (const OtherVerb& other : kOtherVerbs)
    if (word == other.name) return other.fix;
  return "";
}

}  // namespace engine
