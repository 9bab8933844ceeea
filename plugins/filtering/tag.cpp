// filtering.tag: keeps tracks by their tags: pl.filtering.tag { any = { "rock", "indie" }, none =
// "ballad" }, or pl.filtering.tag "rock".
//
// A track has its own tags, or, without any, the strong ones of its first artist
// (shared/genres.hpp). Names are compared without regard to upper and lower case. A track of which
// no tag is known has none of `any`; `missing = "keep"` keeps it.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "elements.hpp"
#include "missing.hpp"
#include "shared/genres.hpp"
#include "shared/nearest_word.hpp"

namespace {

/// Which tags are asked for, by number.
class AskedTags {
 public:
  AskedTags(const playlist::Call& call, const shared::Genres& genres,
            const std::vector<std::string>& names)
      : is_asked_(genres.count()), is_any_(!names.empty()) {
    for (const std::string& name : names) {
      const std::int32_t tag = genres.number(name);
      if (tag >= 0) {
        is_asked_[static_cast<std::size_t>(tag)] = true;
        continue;
      }
      const std::string near = shared::nearest_word(name, genres.names());
      call.info(playlist::concat("no track here has the tag \"", name, "\"",
                                 near.empty() ? "" : "; did you mean " + near + "?"));
    }
  }
  /// Anything was asked for, whether or not there is such a tag.
  [[nodiscard]] bool is_any() const { return is_any_; }
  /// The first of `tags` that is asked for, or -1.
  [[nodiscard]] std::int32_t first_of(const std::vector<std::int32_t>& tags) const {
    const auto found = std::find_if(tags.begin(), tags.end(), [&](std::int32_t tag) {
      return is_asked_[static_cast<std::size_t>(tag)];
    });
    return found == tags.end() ? -1 : *found;
  }

 private:
  std::vector<bool> is_asked_;
  bool is_any_;
};

std::vector<std::string> names_of(const playlist::Args& args, const char* parameter) {
  std::vector<std::string> names;
  for (const std::string_view name : args.texts(parameter)) names.emplace_back(name);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Tag final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::texts("any", "keeps tracks that have one of these tags; none: all"),
      playlist::Param::texts("none", "drops tracks that have one of these tags"),
      playlist::Param::choice("missing", kMissingChoices, "drop",
                              "tracks of which no tag is known, where `any` is asked for"),
  };

  explicit Tag(const playlist::Args& args)
      : any_(names_of(args, "any")),
        none_(names_of(args, "none")),
        keeps_missing_(args.text("missing") == "keep") {}

  void filter(playlist::FilteringCall& call) const {
    const shared::Genres genres(call);
    const AskedTags any(call, genres, any_), none(call, genres, none_);
    MissingRows missing(call, "a tag", !keeps_missing_);
    const std::int32_t lacks = call.because("has none of the tags ", listed(any_));
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const std::vector<std::int32_t> tags = genres.of(track[row]);
      const std::int32_t unwanted = none.first_of(tags);
      if (unwanted >= 0) {
        call.drop(row, call.because("has the tag ", genres.name(unwanted)));
      } else if (any.is_any() && tags.empty()) {
        missing.found(row);
      } else if (any.is_any() && any.first_of(tags) < 0) {
        call.drop(row, lacks);
      }
    }
    missing.tell();
  }

 private:
  std::vector<std::string> any_, none_;
  bool keeps_missing_;
};

}  // namespace

constinit const playlist::Element kTag =
    playlist::element<Tag>("filtering.tag", "Keeps tracks by their tags, which are often genres.");
