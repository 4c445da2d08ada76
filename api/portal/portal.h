#pragma once

#include <string>
#include <vector>

#include "api/wire/route.h"

namespace webhooks::api {

// The portal page: the files of api/portal/ as the build put them into the program, and what the
// page has to know of its configuration. Immutable, so thread-safe.
class Portal {
 public:
  // `origins`: whose pages may frame this one and sign its reader in, as serialised origins
  // ("https://host[:port]").
  explicit Portal(const std::vector<std::string>& origins);

  // GET /.
  http::Reply page(const Call& call) const;
  // GET /portal/{file}.
  http::Reply file(const Call& call) const;

  // Whether an origin may be one of those: its host goes into a header, so it has nothing but a
  // host's characters.
  static bool is_embedding_origin(std::string_view origin);

 private:
  struct File {
    std::string name;
    std::string_view type;
    std::string content;
    std::string gzipped;
    std::string hash;  // of the content, for its ETags
  };
  static File make_file(std::string name, std::string content);
  http::Reply show(const File& file, const http::Request& request) const;
  const File* find(std::string_view name) const;

  std::vector<File> files_;
  std::string policy_;
};

}  // namespace webhooks::api
