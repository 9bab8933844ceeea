#include "import/sound_keeper.hpp"

#include <string_view>

#include "import/space.hpp"
#include "store/encoders.hpp"

namespace engine::import {
namespace {

std::map<std::int64_t, FileStamp> stamps(Statement& select) {
  std::map<std::int64_t, FileStamp> stamps;
  while (select.step()) {
    stamps.emplace(select.integer(0),
                   FileStamp(static_cast<std::uint64_t>(select.integer(1)), select.integer(2)));
  }
  return stamps;
}

class FeaturesKeeper final : public SoundKeeper {
 public:
  explicit FeaturesKeeper(Store& store)
      : store_(store),
        put_(store.prepare(
            "INSERT OR REPLACE INTO track_sound "
            "(track_id, bytes, modified_ns, energy, key_pitch, loudness, mode, tempo) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS "
            "(SELECT 1 FROM tracks WHERE track_id = ?1)")) {
    source = "source.audio_features";
    missing = "nothing here listens to music";
    fix =
        "install FFmpeg, aubio and libebur128 (Debian: apt-get install libavformat59 libaubio5 "
        "libebur128-1), or leave --audio out";
  }

  [[nodiscard]] std::map<std::int64_t, FileStamp> known() const override {
    Statement select = store_.prepare("SELECT track_id, bytes, modified_ns FROM track_sound");
    select.start();
    return stamps(select);
  }
  std::string put(std::int64_t track, const FileStamp& stamp, const HeardSound& heard) override {
    put_.run(track, stamp.first, stamp.second, heard.energy, heard.key_pitch, heard.loudness,
             heard.mode, heard.tempo);
    return "";
  }

 private:
  Store& store_;
  Statement put_;
};

class EncoderKeeper final : public SoundKeeper {
 public:
  EncoderKeeper(Store& store, const std::string& space)
      : store_(store),
        space_(space),
        has_track_(store.prepare("SELECT 1 FROM tracks WHERE track_id = ?1")),
        put_(store.prepare(
            "INSERT OR REPLACE INTO encoded_tracks (space, track_id, bytes, modified_ns) "
            "VALUES (?1, ?2, ?3, ?4)")),
        put_vector_(store.prepare("INSERT OR REPLACE INTO embeddings VALUES (?1, ?2, ?3, ?4)")),
        dim_(dim_of_space(store, space)) {
    source = "source.encoder";
    missing = "nothing here encodes music";
    arguments = {{"file", find_encoder(store, space).value().path}};
    fix =
        "install FFmpeg (Debian: apt-get install libavformat59), and see what an encoder must be: "
        "engine help exports; or leave --encoder out";
  }

  [[nodiscard]] std::map<std::int64_t, FileStamp> known() const override {
    Statement select =
        store_.prepare("SELECT track_id, bytes, modified_ns FROM encoded_tracks WHERE space = ?1");
    select.start(space_);
    return stamps(select);
  }
  std::string put(std::int64_t track, const FileStamp& stamp, const HeardSound& heard) override {
    if (heard.vector.empty()) return "the encoder made no vector of it";
    if (dim_ != 0 && heard.vector.size() != dim_)
      return "its vector has " + std::to_string(heard.vector.size()) + " numbers, those before " +
             std::to_string(dim_);
    dim_ = heard.vector.size();
    if (!has_track_.find_integer(track)) return "";
    put_.run(space_, track, stamp.first, stamp.second);
    put_vector_.start(space_, track, static_cast<std::int64_t>(dim_));
    put_vector_.bind_blob(4, std::string_view(reinterpret_cast<const char*>(heard.vector.data()),
                                              heard.vector.size() * sizeof(float)));
    put_vector_.step();
    put_vector_.reset();
    return "";
  }

 private:
  Store& store_;
  std::string space_;
  Statement has_track_, put_, put_vector_;
  std::size_t dim_;
};

}  // namespace

std::unique_ptr<SoundKeeper> features_keeper(Store& store) {
  return std::make_unique<FeaturesKeeper>(store);
}

std::unique_ptr<SoundKeeper> encoder_keeper(Store& store, const std::string& space) {
  return std::make_unique<EncoderKeeper>(store, space);
}

}  // namespace engine::import
