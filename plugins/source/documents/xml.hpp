// XML read from its beginning to its end, by expat: elements as they begin and end, with the text
// between them. Nothing is fetched, and a document that declares entities of its own is refused: no
// export does, and what they stand for can be made larger than any memory.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

struct XML_ParserStruct;

namespace source {

/// What is done with a document. Names are without their prefix ("x:row" is "row").
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  /// `attributes`: name, value, name, value ..., nullptr.
  virtual void begin(std::string_view name, const char** attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view part) = 0;
};

/// The value of an attribute, "" where it is not there.
std::string_view attribute(const char** attributes, std::string_view name);

class XmlReader {
 public:
  explicit XmlReader(XmlHandler& handler);
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  /// The next part of the document. False when it is not well-formed, with problem(); what came
  /// before has been handed over. What the handler throws is thrown on.
  bool read(std::string_view part, bool is_last);
  /// "byte 17: not well-formed (invalid token)".
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  template <class Body>
  static void guarded(void* self, Body body);
  struct Free {
    void operator()(XML_ParserStruct* parser) const;
  };
  static constexpr int kDeepest = 256;

  XmlHandler& handler_;
  std::unique_ptr<XML_ParserStruct, Free> parser_;
  std::exception_ptr thrown_;
  std::string problem_;
  int depth_ = 0;
};

}  // namespace source
