// The program.
#include <csignal>
#include <cstdio>
#include <unistd.h>

#include "cli/command_line.hpp"
#include "plugin/loader.hpp"

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disc
  const int code = engine::run_command_line(argc, argv);
  if (!engine::has_open_libraries()) return code;
  // No code of a plugin runs at the end: what it does there could take a finished verb down.
  std::fflush(nullptr);
  ::_exit(code);
}
