// What clusters of tracks are called.
#pragma once

#include <string>
#include <vector>

namespace model {

/// What is known of a cluster's tracks beside those of the whole.
struct ClusterPortrait {
  /// How many deviations of the whole its mean lies from the whole's; 0 where it is not known.
  double energy = 0, valence = 0, acousticness = 0;
  /// Tags that tell it from the whole, the most telling first.
  std::vector<std::string> tags;
  std::vector<std::string> artists;  // of most of its tracks first
  std::string told;                  // what of its words a namer may tell to others; "": nothing
};

/// Who has a name for a cluster: a language model, say.
class ClusterNamer {
 public:
  virtual ~ClusterNamer() = default;
  /// "": none; then the rule has one.
  [[nodiscard]] virtual std::string name(const ClusterPortrait& portrait) const = 0;
};

/// The rule's words: what it sounds like, and its tags. "calm acoustic folk, singer-songwriter";
/// "much like the whole" where nothing tells it apart.
std::string cluster_words(const ClusterPortrait& portrait);

/// A name for each that has none in `kept` ("" there), no two alike: the namer's if there is one and
/// it has one, else by the rule: how it sounds and its first tag, then further tags and artists until
/// it is the only one.
std::vector<std::string> cluster_names(const std::vector<ClusterPortrait>& portraits,
                                       std::vector<std::string> kept,
                                       const ClusterNamer* namer = nullptr);

}  // namespace model
