#include "plugin/text_encoder.hpp"

#include <string_view>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/mapped_file.hpp"
#include "plugin/arguments.hpp"

namespace engine {
namespace {

constexpr const char* kEncoderSource = "source.encoder";

/// What the source hands over.
struct EncodedText {
  std::vector<float> vector;
  std::string why;
};

EncodedText& encoded_by(const playlist_host* host, const char* service) {
  return CallContext::owner<EncodedText>(host, service);
}

const playlist_rows kEncodedRows = {
    sizeof(playlist_rows),
    0,
    [](const playlist_host*, const char*, const playlist_table*) -> playlist_status {
      return PLAYLIST_OK;
    },
    [](const playlist_host* host, std::int64_t, const char* bucket,
       const char* reason) -> playlist_status {
      encoded_by(host, PLAYLIST_SERVICE_ROWS).why =
          reason == nullptr || *reason == '\0' ? bucket : reason;
      return PLAYLIST_OK;
    },
    [](const playlist_host*, std::int64_t) -> playlist_status { return PLAYLIST_OK; },
    [](const playlist_host*, std::int64_t) -> playlist_status { return PLAYLIST_OK; }};

const playlist_vectors kEncodedVectors = {
    sizeof(playlist_vectors), 0,
    [](const playlist_host* host, const char* table, const playlist_table* rows,
       const std::uint64_t* offsets, const float* values) -> playlist_status {
      if (std::string_view(table) == "vectors" && rows->rows == 1)
        encoded_by(host, PLAYLIST_SERVICE_VECTORS)
            .vector.assign(values + offsets[0], values + offsets[1]);
      return PLAYLIST_OK;
    },
    [](const playlist_host*) { return ""; },
    [](const playlist_host*) -> const playlist_input* { return nullptr; }};

/// "" where it cannot be read.
std::string hash_of(const std::string& path) {
  try {
    const MappedFile file(path);
    return content_hash({reinterpret_cast<const char*>(file.data()), file.size()});
  } catch (const Error&) {
    return "";
  }
}

/// "" where it is the file that the space's tracks were encoded by.
std::string problem_of(const TextEncoder::File& file) {
  const std::string hash = hash_of(file.path);
  if (hash.empty())
    return "its encoder " + file.path +
           " is not there; bring it back, or name it where it is now: engine import --files "
           "--encoder FILE PATH...";
  if (hash != file.hash)
    return "its encoder " + file.path +
           " is another one than its tracks were encoded by; encode them again: engine import "
           "--files --encoder FILE PATH...";
  return "";
}

struct EncodeFunctions {
  static playlist_status text(const playlist_host* host, const char* space, const char* text,
                              const float** values, std::uint64_t* length,
                              const char** why) noexcept {
    try {
      const TextEncoder::Answer& answer =
          CallContext::owner<TextEncoder>(host, PLAYLIST_SERVICE_ENCODE).answer(space, text);
      *values = answer.vector.data();
      *length = answer.vector.size();
      *why = answer.why.c_str();
      return answer.vector.empty() ? PLAYLIST_NO_DATA : PLAYLIST_OK;
    } catch (const std::exception& error) {
      host->fail(host, PLAYLIST_ERROR,
                 (std::string("a text that is encoded: ") + error.what()).c_str());
      return PLAYLIST_ERROR;
    }
  }
  static constexpr playlist_encode kFunctions{sizeof(playlist_encode), 0, text};
};

}  // namespace

CallService TextEncoder::service() {
  return {PLAYLIST_SERVICE_ENCODE, &EncodeFunctions::kFunctions, this};
}

const TextEncoder::Answer& TextEncoder::answer(const std::string& space, const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = answers_.try_emplace({space, text});
  const auto file = files_.find(space);
  if (is_new && file != files_.end()) known->second = encode(file->second, text);
  return known->second;
}

TextEncoder::Answer TextEncoder::encode(const File& file, const std::string& text) {
  const auto [problem, is_new] = problems_.try_emplace(file.path);
  if (is_new) problem->second = problem_of(file);
  if (!problem->second.empty()) return {{}, problem->second};
  const Element* source = registry_.find(kEncoderSource);
  if (source == nullptr) return {{}, std::string("no plugin offers ") + kEncoderSource};
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = input.columns = "";
  const std::uint8_t nothing[64] = {};
  input.bytes = nothing;
  EncodedText encoded;
  CallContext context;
  context.now = now_;
  context.services = {{PLAYLIST_SERVICE_ROWS, &kEncodedRows, &encoded},
                      {PLAYLIST_SERVICE_VECTORS, &kEncodedVectors, &encoded}};
  try {
    ElementInstance instance(
        *source,
        check_arguments(*source->description, {{"file", file.path}, {"text", text}}, "a text"),
        std::move(context));
    const CallResult result = instance.read(input);
    if (result.status != PLAYLIST_OK) return {{}, result.message};
  } catch (const Error& error) {
    return {{}, error.what()};
  }
  return {std::move(encoded.vector), std::move(encoded.why)};
}

}  // namespace engine
