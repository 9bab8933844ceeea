#include "plugin/target_service.hpp"

#include <exception>

namespace engine {
namespace {

PushTarget& target_of(const playlist_host* host) {
  return CallContext::owner<PushTarget>(host, PLAYLIST_SERVICE_TARGET);
}

/// Nothing that the host throws passes through a plugin.
template <class Body>
playlist_status told(const playlist_host* host, Body&& body) noexcept {
  try {
    body();
    return PLAYLIST_OK;
  } catch (const std::exception& error) {
    host->fail(host, PLAYLIST_ERROR, error.what());
    return PLAYLIST_ERROR;
  }
}

std::string text_or_none(const char* text) {
  return text != nullptr ? text : "";
}

struct TargetFunctions {
  static const char* name(const playlist_host* host) { return target_of(host).name.c_str(); }
  static std::int32_t is_dry_run(const playlist_host* host) {
    return target_of(host).is_dry_run ? 1 : 0;
  }
  static std::int32_t keeps_others(const playlist_host* host) {
    return target_of(host).keeps_others ? 1 : 0;
  }
  static const char* kept(const playlist_host* host) {
    const auto& text = target_of(host).kept;
    return text ? text->c_str() : nullptr;
  }
  static playlist_status keep(const playlist_host* host, const char* text) {
    return told(host, [&] {
      PushTarget& target = target_of(host);
      if (!target.is_dry_run && target.keep) target.keep(text_or_none(text));
    });
  }
  static playlist_status missing(const playlist_host* host, std::int64_t row, const char* why,
                                 const char* nearest) {
    return told(host, [&] {
      PushTarget& target = target_of(host);
      if (target.missing) target.missing(row, text_or_none(why), text_or_none(nearest));
    });
  }
  static playlist_status report(const playlist_host* host, std::int64_t added, std::int64_t removed,
                                std::int64_t moved, std::int64_t stayed, std::int64_t others) {
    return told(host, [&] {
      PushTarget& target = target_of(host);
      if (target.report) target.report({added, removed, moved, stayed, others});
    });
  }
  static constexpr playlist_target kFunctions{
      sizeof(playlist_target), 0, name, is_dry_run, keeps_others, kept, keep, missing, report};
};

std::int32_t descriptor(const playlist_host* host) {
  return CallContext::owner<PushTarget>(host, PLAYLIST_SERVICE_CONNECTION).descriptor;
}

}  // namespace

CallService PushTarget::target_service() {
  return {PLAYLIST_SERVICE_TARGET, &TargetFunctions::kFunctions, this};
}

CallService PushTarget::connection_service() {
  static constexpr playlist_connection kFunctions{sizeof(playlist_connection), 0,
                                                  engine::descriptor};
  return {PLAYLIST_SERVICE_CONNECTION, &kFunctions, this};
}

}  // namespace engine
