#include "xml.hpp"

#include <algorithm>
#include <expat.h>

#include "shared/system_library.hpp"

namespace source {
namespace {

struct Expat : shared::SystemLibrary {
  Expat() : SystemLibrary("libexpat.so.1") {}
  PLAYLIST_SYSTEM_FUNCTION(XML_ErrorString);
  PLAYLIST_SYSTEM_FUNCTION(XML_GetCurrentByteIndex);
  PLAYLIST_SYSTEM_FUNCTION(XML_GetErrorCode);
  PLAYLIST_SYSTEM_FUNCTION(XML_Parse);
  PLAYLIST_SYSTEM_FUNCTION(XML_ParserCreate);
  PLAYLIST_SYSTEM_FUNCTION(XML_ParserFree);
  PLAYLIST_SYSTEM_FUNCTION(XML_SetCharacterDataHandler);
  PLAYLIST_SYSTEM_FUNCTION(XML_SetElementHandler);
  PLAYLIST_SYSTEM_FUNCTION(XML_SetEntityDeclHandler);
  PLAYLIST_SYSTEM_FUNCTION(XML_SetUserData);
  PLAYLIST_SYSTEM_FUNCTION(XML_StopParser);
};

const Expat& expat() {
  static const Expat kLibrary;
  return kLibrary;
}

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string_view attribute(const char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (without_prefix(attributes[0]) == name) return attributes[1];
  }
  return {};
}

void XmlReader::Free::operator()(XML_ParserStruct* parser) const {
  expat().XML_ParserFree(parser);
}

/// No exception may pass through the C code of the parser.
template <class Body>
void XmlReader::guarded(void* self, Body body) {
  auto& reader = *static_cast<XmlReader*>(self);
  if (reader.thrown_ || !reader.problem_.empty()) return;
  try {
    body(reader);
  } catch (...) {
    reader.thrown_ = std::current_exception();
  }
  if (reader.thrown_ || !reader.problem_.empty()) {
    expat().XML_StopParser(reader.parser_.get(), XML_FALSE);
  }
}

XmlReader::XmlReader(XmlHandler& handler)
    : handler_(handler), parser_(expat().XML_ParserCreate(nullptr)) {
  if (!parser_) throw playlist::Error("out of memory");
  expat().XML_SetUserData(parser_.get(), this);
  expat().XML_SetElementHandler(
      parser_.get(),
      [](void* self, const char* name, const char** attributes) {
        guarded(self, [&](XmlReader& reader) {
          if (++reader.depth_ > kDeepest) {
            reader.problem_ = "elements are nested too deeply";
          } else {
            reader.handler_.begin(without_prefix(name), attributes);
          }
        });
      },
      [](void* self, const char* name) {
        guarded(self, [&](XmlReader& reader) {
          --reader.depth_;
          reader.handler_.end(without_prefix(name));
        });
      });
  expat().XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int length) {
    guarded(self, [&](XmlReader& reader) {
      reader.handler_.text({text, static_cast<std::size_t>(length)});
    });
  });
  expat().XML_SetEntityDeclHandler(
      parser_.get(), [](void* self, const char*, int, const char*, int, const char*, const char*,
                        const char*, const char*) {
        guarded(self, [](XmlReader& reader) {
          reader.problem_ = "it declares entities, which no export does";
        });
      });
}

bool XmlReader::read(std::string_view part, bool is_last) {
  constexpr std::size_t kMostAtOnce = 1 << 20;
  do {
    const std::string_view piece = part.substr(0, kMostAtOnce);
    part.remove_prefix(piece.size());
    const bool is_end = is_last && part.empty();
    const XML_Status status = expat().XML_Parse(parser_.get(), piece.data(),
                                                static_cast<int>(piece.size()), is_end ? 1 : 0);
    if (thrown_) std::rethrow_exception(thrown_);
    if (status == XML_STATUS_OK) continue;
    if (problem_.empty()) {
      const char* why = expat().XML_ErrorString(expat().XML_GetErrorCode(parser_.get()));
      problem_ = why != nullptr ? why : "not well-formed";
    }
    problem_ =
        playlist::concat("byte ", expat().XML_GetCurrentByteIndex(parser_.get()), ": ", problem_);
    return false;
  } while (!part.empty());
  return true;
}

}  // namespace source
