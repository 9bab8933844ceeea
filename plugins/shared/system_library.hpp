// A library of the system that is loaded when it is first needed. A plugin is loaded at every start
// of the engine, and what it is linked with is loaded with it: libcurl and libarchive bring forty
// libraries along, which took longer than all plugins themselves.
//
//   struct Curl : shared::SystemLibrary {
//     Curl() : SystemLibrary("libcurl.so.4") {}
//     PLAYLIST_SYSTEM_FUNCTION(curl_easy_init);
//   };
//   const Curl& curl() { static const Curl kCurl; return kCurl; }
//   ... curl().curl_easy_init() ...
#pragma once

#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace shared {

/// Threads: any; the library stays loaded as long as the process.
class SystemLibrary {
 public:
  /// By its soname, as the linker would. Throws std::runtime_error that names it.
  explicit SystemLibrary(const char* soname)
      : soname_(soname), handle_(::dlopen(soname, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
      const char* why = ::dlerror();
      throw std::runtime_error(soname_ + " cannot be loaded: " + (why ? why : "unknown error"));
    }
  }

 protected:
  /// Throws std::runtime_error where the library has no such function.
  template <class Function>
  Function function(const char* name) const {
    void* found = ::dlsym(handle_, name);
    if (found == nullptr) throw std::runtime_error(soname_ + " has no function " + name);
    return reinterpret_cast<Function>(found);
  }

 private:
  std::string soname_;
  void* handle_;
};

}  // namespace shared

/// A member that is the function of this name, with the type that its header declares.
#define PLAYLIST_SYSTEM_FUNCTION(name) \
  decltype(&::name) name = this->function<decltype(&::name)>(#name)
