// Names of clusters by the language model that the user has connected for it (purpose names): how a
// cluster sounds and its tags go out, no track and no artist; what comes back is made of those words
// and of plain ones for music.
#pragma once

#include "playlist/complete.hpp"
#include "playlist/plugin.hpp"

#include <cstddef>
#include <string>

#include "kernels/cluster_names.hpp"

namespace model {

/// Of one training. What fails twice is not asked any more.
class AskedNamer final : public ClusterNamer {
 public:
  explicit AskedNamer(const playlist::Call& call) : call_(call), completer_(call) {}

  [[nodiscard]] std::string name(const ClusterPortrait& portrait) const override;
  /// Who gave names; "": nobody did.
  [[nodiscard]] const std::string& by() const { return by_; }

 private:
  [[nodiscard]] std::string failed(const std::string& why) const;

  const playlist::Call& call_;
  playlist::Completer completer_;
  mutable std::string by_;
  mutable std::size_t failures_ = 0;
};

}  // namespace model
