#pragma once

#include <string>

#include "api/jwt/key_ring.h"

namespace webhooks::jwt {

// The text of a file.
Source file_source(std::string path);

struct UrlSourceOptions {
  std::string url;
  std::string ca_file;      // trust roots in PEM instead of the system's; empty: the system's
  bool allow_http = false;  // development only
};

// The body that a GET of the URL is answered with, if that is a 200 of at most kLongestKeySet bytes
// that came whole within 10 s. Redirects are not followed. The only part of the program that knows
// libcurl. Make the first one before there are threads.
Source url_source(UrlSourceOptions options);

}  // namespace webhooks::jwt
