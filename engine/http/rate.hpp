// How fast a server may be asked, over all processes of this user: a token bucket, and the moment
// before which it wants to be left alone, in a file of 32 bytes under flock.
#pragma once

#include <string>

namespace engine::http {

class Rate {
 public:
  /// `folder` as Client's; "" or one that cannot be written: of this process alone.
  Rate(std::string folder, const std::string& server);
  ~Rate();
  Rate(const Rate&) = delete;
  Rate& operator=(const Rate&) = delete;

  struct Turn {
    bool is_given = false;
    double wait_seconds = 0;     // else: when to come again
    bool is_left_alone = false;  // because the service asked for it
  };
  /// Takes a token if there is one. `now` in Unix seconds. `per_second` 0: there always is.
  Turn take(double now, double per_second, int burst);
  /// Nobody is given a turn before `time`; what is a day or more ahead counts as a day.
  void leave_alone_until(double time, double now);

 private:
  /// Generic cell rate algorithm: the bucket is full at `full_at`, an interval earlier for every
  /// token that it may lack.
  struct State {
    double full_at = 0, not_before = 0;
  };
  class Locked;
  bool open_file();

  std::string folder_, path_;
  int file_ = -1;
  State own_;              // what this process knows, where there is no file
  double busy_since_ = 0;  // another process has held the file since then; 0: it has not
};

}  // namespace engine::http
