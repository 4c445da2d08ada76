#pragma once

#include <string>

namespace webhooks::store::sqlite {

// A new file under a provisional name, which becomes `path` only by keep(). Owner-readable only.
class PendingFile {
 public:
  // Throws StoreError when there is already something called `path`, or no file can be made there.
  explicit PendingFile(std::string path);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  const std::string& name() const { return name_; }  // provisional

  // Brings the content to disk and gives the file its name; on disk too when this returns. Replaces
  // nothing: throws StoreError.
  void keep();

 private:
  const std::string path_;
  const std::string name_;
};

// `path` as SQLite's URI of a file that nobody changes, to be read without any lock.
std::string frozen_uri(const std::string& path);

bool exists(const std::string& path);

// Renames and brings the change to disk. Throws StoreError.
void rename_for_good(const std::string& from, const std::string& to);

}  // namespace webhooks::store::sqlite
