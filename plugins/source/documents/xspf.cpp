// source.xspf: lists as XSPF (http://xspf.org/ns/0/).
//
// Records   every track: location (a file URI, an address; a bare path as MPD has it), identifier,
//           title, creator, album. The list is called by its title, or like the file
// Buckets   empty
// Errors    a damaged document gives the tracks before the damage
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "../list_files.hpp"
#include "../recognise.hpp"
#include "../text.hpp"
#include "elements.hpp"
#include "xml.hpp"

namespace source {
namespace {

class Xspf final : public playlist::Source, XmlHandler {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view head = input.head();
    return contains(head, "<playlist") && contains(head, "xspf.org/ns/0") ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    // The title may stand behind the tracks: they are kept until the end.
    XmlReader reader(*this);
    if (!reader.read(trim(without_bom(call.input().bytes())), /*is_last=*/true)) {
      if (tracks_.empty()) throw playlist::Error(reader.problem());
      call.notice(playlist::concat("it breaks off at ", reader.problem(),
                                   "; what comes behind is not read"));
    }
    LibraryRows library(call);
    LibraryRows::Playlist list;
    list.name = list_name(title_, call.input());
    std::uint64_t row = 0;
    for (Track& track : tracks_) {
      add_to_list(library, list, track, call);
      call.next(++row);
    }
    call.finish();
  }

 private:
  static constexpr std::size_t kLongestText = 1 << 16;

  void begin(std::string_view name, const char**) override {
    path_.emplace_back(name);
    text_.clear();
    if (name == "track") tracks_.emplace_back().is_credit = true;
  }
  void text(std::string_view part) override {
    if (text_.size() + part.size() <= kLongestText) text_ += part;
  }
  void end(std::string_view name) override {
    path_.pop_back();
    const std::string_view around = path_.empty() ? "" : std::string_view(path_.back());
    const std::string_view value = trim(text_);
    if (around == "playlist" && name == "title") title_ = value;
    if (around == "track" && !tracks_.empty()) put(name, value, tracks_.back());
    text_.clear();
  }

  static void put(std::string_view name, std::string_view value, Track& track) {
    if (name == "location") put_place(value, /*is_uri=*/true, track);
    if (name == "identifier") put_identifier(value, track);
    if (name == "title") track.title = value;
    if (name == "creator") track.artist = value;
    if (name == "album") track.album = value;
  }

  playlist::SourceCall* call_ = nullptr;
  std::vector<std::string> path_;
  std::string text_, title_;
  std::vector<Track> tracks_;
};

}  // namespace

constinit const playlist::Element kXspf = playlist::element<Xspf>(
    "source.xspf", "A list as XSPF: matched by its music files, ids or names.");

}  // namespace source
