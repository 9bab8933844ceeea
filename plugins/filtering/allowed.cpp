// filtering.allowed: drops what the user does not want to be given: what they banned, as
// filtering.banned does, what they rejected or put off (engine feedback), and what they banned for a
// time or from this list.
//
// What was said of one list, under --in LIST, counts in that list only: the recipe of that name, or
// the kept playlist. Without anything said it keeps everything.
#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "bans.hpp"
#include "elements.hpp"

namespace {

/// What was said against tracks and may end.
class Rejections {
 public:
  explicit Rejections(const playlist::FilteringCall& call)
      : track_(call.track()),
        names_(call.table("artists")["name"].texts()),
        verdict_(call.table("rejected")["verdict"].texts()),
        reason_(call.table("rejected")["reason"].texts()),
        list_(call.table("rejected")["list"].texts()),
        artist_(call.table("rejected")["artist"].i32()),
        row_of_(call.table("rejected").rows()) {
    const auto track = call.table("rejected")["track"].i32();
    for (std::size_t row = 0; row < track.size(); ++row)
      row_of_[track[row]] = static_cast<std::int32_t>(row) + 1;
  }

  void drop(playlist::FilteringCall& call, std::size_t row) const {
    const std::int32_t* said = row_of_.get(track_[row]);
    if (said == nullptr || *said == 0) return;
    call.drop(row, call.because(reason_text(static_cast<std::size_t>(*said) - 1)));
  }

 private:
  [[nodiscard]] std::string reason_text(std::size_t row) const {
    const std::string_view verdict = verdict_[row];
    const std::string what =
        artist_[row] < 0 ? "it" : std::string(names_[static_cast<std::size_t>(artist_[row])]);
    std::string text = verdict == "later" ? "you put " + what + " off"
                       : verdict == "ban" ? "you banned " + what
                                          : "you rejected " + what;
    if (!reason_[row].empty()) text += " (" + std::string(reason_[row]) + ")";
    if (!list_[row].empty())
      text += " for this list";
    else if (verdict == "ban")
      text += " for a time";
    return text;
  }

  std::span<const std::int32_t> track_;
  playlist::Strings names_, verdict_, reason_, list_;
  std::span<const std::int32_t> artist_;
  BySame<std::int32_t> row_of_;  // a row of the table and 1
};

class Allowed final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("by", kSameSongBy, "song",
                              "song: other versions of what is banned stay out, too"),
      playlist::Param::choice("guests", kGuests, "drop",
                              "tracks on which a banned artist is a guest of another"),
  };

  explicit Allowed(const playlist::Args& args)
      : by_(args.text("by")), guests_(args.text("guests")) {}

  void filter(playlist::FilteringCall& call) const {
    call.checkpoint();
    if (call.table("banned").rows() == 0 && call.table("rejected").rows() == 0) return;
    const Same same(call, by_);
    const Bans bans(call, same, guests_);
    const Rejections rejections(call);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      bans.drop(call, row);
      if (call.is_kept(row)) rejections.drop(call, row);
    }
  }

 private:
  std::string by_, guests_;
};

}  // namespace

constinit const playlist::Element kAllowed = playlist::element<Allowed>(
    "filtering.allowed",
    "Drops what the user banned, rejected or put off, here or everywhere, for ever or for a time.");
