// For models whose training tasks of a cluster may share: playlist/parts.h, which says how that goes.
//
//   const playlist::Parts parts(call);
//   parts.step("counts",
//              [&](std::uint32_t part) { return bytes_of(count_rows(part, parts.count())); },
//              [&](std::uint32_t, std::string_view bytes) { add_rows(bytes); });
#pragma once

#include "playlist/call.hpp"
#include "playlist/error.hpp"
#include "playlist/parts.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace playlist {

/// The tasks that share a training, as one call of a model has them. Of an engine that offers none, and where a
/// training is not shared, a step is one part, which is made here.
class Parts {
 public:
  explicit Parts(const Call& call)
      : host_(call.host()), service_(find_service<playlist_parts>(host_, PLAYLIST_SERVICE_PARTS)) {}

  /// False: all of the work is this call's, and a model need not make bytes of it.
  [[nodiscard]] bool are_shared() const { return service_ != nullptr; }
  [[nodiscard]] std::uint32_t count() const {
    return service_ == nullptr ? 1 : service_->count(host_);
  }

  using Make = std::function<std::string(std::uint32_t part)>;
  using Take = std::function<void(std::uint32_t part, std::string_view bytes)>;
  /// Gives each part of the step to `take`, once: what others made, and what `make` makes here. Behind the last step a
  /// task may be done, whose own result nobody needs: then it throws Cancelled, as it does when the user stopped the
  /// training. Throws Error when it cannot go on; and what the two throw.
  void step(const std::string& name, const Make& make, const Take& take,
            bool is_last = false) const {
    if (service_ == nullptr) return take(0, make(0));
    playlist_part part = empty();
    playlist_status status = PLAYLIST_OK;
    const std::uint32_t flags = is_last ? PLAYLIST_STEP_IS_LAST : 0;
    while ((status = service_->next(host_, name.c_str(), flags, &part)) == PLAYLIST_OK) {
      if (part.state == PLAYLIST_PART_IS_MADE) {
        take(part.part, bytes_of(part));
        continue;
      }
      const std::string made = make(part.part);
      check(service_->put(host_, name.c_str(), part.part, made.data(), made.size()));
      take(part.part, made);
    }
    if (status != PLAYLIST_NO_DATA) check(status);
  }

  /// Gives the parts of a step that is whole to `take`. False where one is missing or damaged: some were given by
  /// then. Waits for nobody.
  [[nodiscard]] bool take_whole(const std::string& name, const Take& take) const {
    for (std::uint32_t part = 0; service_ != nullptr && part < count(); ++part) {
      playlist_part found = empty();
      const playlist_status status = service_->read(host_, name.c_str(), part, &found);
      if (status == PLAYLIST_NO_DATA) return false;
      check(status);
      take(part, bytes_of(found));
    }
    return service_ != nullptr;
  }

  /// Nobody who begins now needs this step any more.
  void forget(const std::string& name) const {
    if (service_ != nullptr) service_->forget(host_, name.c_str());
  }

 private:
  static playlist_part empty() {
    playlist_part part{};
    part.size = sizeof part;
    return part;
  }
  static std::string_view bytes_of(const playlist_part& part) {
    return {static_cast<const char*>(part.bytes), static_cast<std::size_t>(part.length)};
  }
  static void check(playlist_status status) {
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if (status != PLAYLIST_OK) throw Error("the parts of a step cannot be exchanged", status);
  }

  const playlist_host* host_;
  const playlist_parts* service_;
};

}  // namespace playlist
