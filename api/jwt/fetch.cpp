#include "api/jwt/fetch.h"

#include <array>
#include <curl/curl.h>
#include <fstream>
#include <stdexcept>

namespace webhooks::jwt {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kWholeSeconds = 10;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  if (body.size() + size * count > kLongestKeySet) return 0;  // which ends the transfer
  body.append(bytes, size * count);
  return size * count;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

std::string get(const UrlSourceOptions& options, const std::stop_token& stop) {
  const Handle handle(curl_easy_init());
  if (!handle) throw std::runtime_error("libcurl does not start");
  CURL* const curl = handle.get();
  std::string body;
  std::array<char, CURL_ERROR_SIZE> error{};
  curl_easy_setopt(curl, CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, options.allow_http ? "https,http" : "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kWholeSeconds);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // signals are for main alone
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "partner-webhooks/" WEBHOOKS_VERSION);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_WRITE_ERROR) throw std::runtime_error("the answer is longer than 256 KiB");
  if (code != CURLE_OK)
    throw std::runtime_error(error[0] != '\0' ? error.data() : curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) throw std::runtime_error("the answer's status is " + std::to_string(status));
  return body;
}

}  // namespace

Source file_source(std::string path) {
  return [path = std::move(path)](const std::stop_token&) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kLongestKeySet + 1, '\0');
    if (!file) throw std::runtime_error("cannot be read");
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) throw std::runtime_error("cannot be read");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
  };
}

Source url_source(UrlSourceOptions options) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw std::runtime_error("libcurl does not start");
  return [options = std::move(options)](const std::stop_token& stop) { return get(options, stop); };
}

}  // namespace webhooks::jwt
