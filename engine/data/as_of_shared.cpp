// A view of its own where the exclusions matter, somebody else's everywhere else.
#include <stdexcept>

#include "data/as_of_view.hpp"

namespace engine {
namespace {

class SharedView final : public AsOf {
 public:
  SharedView(std::shared_ptr<const AsOf> shared, std::unique_ptr<AsOf> own)
      : shared_(std::move(shared)), own_(std::move(own)) {
    if (shared_->now() != own_->now() || shared_->user_id() != own_->user_id() ||
        shared_->data_state() != own_->data_state()) {
      throw std::logic_error("tables of another time, user or state cannot be shared");
    }
  }

  const playlist_table* table(std::string_view name) const override {
    const bool is_own = name == "served" || name == "feedback" || name == "rejected" ||
                        name == "trials" || name == "current";
    return is_own ? own_->table(name) : shared_->table(name);
  }
  const playlist_lists* lists(std::string_view name) const override { return shared_->lists(name); }
  const playlist_matrix* embedding(std::string_view space) const override {
    return shared_->embedding(space);
  }
  [[nodiscard]] std::int64_t now() const override { return shared_->now(); }

  [[nodiscard]] std::int64_t user_id() const override { return shared_->user_id(); }
  [[nodiscard]] const std::string& user_name() const override { return shared_->user_name(); }
  [[nodiscard]] const std::string& timezone() const override { return shared_->timezone(); }
  [[nodiscard]] std::int64_t session_gap_seconds() const override {
    return shared_->session_gap_seconds();
  }
  [[nodiscard]] const std::string& data_state() const override { return shared_->data_state(); }
  [[nodiscard]] const std::string& catalogue_state() const override {
    return shared_->catalogue_state();
  }
  [[nodiscard]] std::int64_t track_count() const override { return shared_->track_count(); }
  [[nodiscard]] const std::vector<FeatureCoverage>& coverage() const override {
    return shared_->coverage();
  }
  [[nodiscard]] std::int32_t track_number(std::int64_t track_id) const override {
    return shared_->track_number(track_id);
  }
  [[nodiscard]] bool is_in_catalogue(std::int32_t track) const override {
    return shared_->is_in_catalogue(track);
  }
  [[nodiscard]] bool is_forgotten(std::int32_t track) const override {
    return own_->is_forgotten(track);
  }
  [[nodiscard]] std::int64_t private_listen_count() const override {
    return shared_->private_listen_count();
  }

 private:
  std::shared_ptr<const AsOf> shared_;
  std::unique_ptr<AsOf> own_;
};

}  // namespace

std::unique_ptr<AsOf> load_as_of(std::shared_ptr<const AsOf> shared,
                                 std::shared_ptr<const PreparedColumns> columns,
                                 const AsOfOptions& options) {
  return std::make_unique<SharedView>(std::move(shared), load_as_of(std::move(columns), options));
}

}  // namespace engine
