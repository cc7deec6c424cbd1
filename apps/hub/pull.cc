#include "apps/hub/pull.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "apps/hub/cache.h"
#include "apps/hub/digest.h"
#include "apps/hub/version.h"
#include "base/json.h"
#include "base/output_file.h"
#include "limn/error.h"
#include "model/tensor_files.h"

namespace limn::hub {
namespace {

namespace fs = std::filesystem;

/// The etag and size that the hub announces for a file.
struct Promise {
  std::string etag;
  std::optional<std::uint64_t> size;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return {};
  return value;
}

[[noreturn]] void refuse_status(const HttpClient& client, const HttpAnswer& answer, const Repository& repository) {
  Error::Parts parts{.file = repository.name,
                     .found = fmt::format("HTTP status {} from {}", answer.status, answer.url),
                     .expected = "the model"};
  const std::string_view code = answer.header("x-error-code");
  const std::string page = client.endpoint() + "/" + repository.name;
  if (answer.status == 401 && !client.has_token()) {
    parts.hint =
        "the model does not exist, or it is private or gated: check the name, and set HF_TOKEN to your access token";
  } else if (answer.status == 401) {
    parts.hint = "the model does not exist, or the token (HF_TOKEN) is not valid for it: check both";
  } else if (answer.status == 403) {
    parts.hint = fmt::format("the model is gated, and {}: ask for access at {}",
                             client.has_token() ? "your token's account has no access" : "no token was sent", page);
    if (!client.has_token()) parts.hint += ", and set HF_TOKEN";
  } else if (code == "RevisionNotFound") {
    parts.hint = fmt::format("the model has no revision '{}': {}/tree/main lists them", repository.revision, page);
  } else if (answer.status == 404) {
    parts.hint = "no such model or revision: check the name; private models need HF_TOKEN";
  }
  throw Error(std::move(parts));
}

class Puller {
 public:
  Puller(HttpClient& client, const Repository& repository, const fs::path& cache,
         const std::function<void(const PullProgress&)>& on_progress)
      : client_(client), repository_(repository), model_(cache, repository), on_progress_(on_progress) {}

  PulledModel pull() {
    const Version version = ask_version();
    commit_ = version.commit;
    const std::string weights = weight_file(version, repository_.name);
    for (const std::string& file : small_files(version, repository_.name)) fetch(file);
    fetch(weights);
    if (weights.ends_with(".index.json")) fetch_parts(version, weights);
    model_.publish(commit_, etags_);
    return {.commit = commit_, .folder = model_.snapshot(commit_), .files = std::move(sizes_)};
  }

 private:
  Version ask_version() {
    const HttpAnswer answer =
        client_.ask({.url = fmt::format("{}/api/models/{}/revision/{}", client_.endpoint(), url_path(repository_.name),
                                        url_path_part(repository_.revision))});
    if (answer.status != 200) refuse_status(client_, answer, repository_);
    return parse_version(parse_json(answer.body, answer.url), answer.url);
  }

  /// A revision is a single part of the path, even if it contains a slash.
  static std::string url_path_part(std::string_view text) {
    std::string result = url_path(text);
    for (std::size_t slash = result.find('/'); slash != result.npos; slash = result.find('/'))
      result.replace(slash, 1, "%2F");
    return result;
  }

  std::string url(const std::string& file) const {
    return fmt::format("{}/{}/resolve/{}/{}", client_.endpoint(), url_path(repository_.name), commit_, url_path(file));
  }

  /// Asks the hub for a file's etag and size, without following the redirect to the storage server.
  Promise ask_promise(const std::string& file) {
    const HttpAnswer answer = client_.ask({.url = url(file), .headers_only = true, .stay = true});
    if (answer.status >= 400) refuse_status(client_, answer, repository_);
    std::string_view etag = answer.header("x-linked-etag");
    if (etag.empty() && answer.status == 200) etag = answer.header("etag");
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (etag.starts_with('"') && etag.ends_with('"') && etag.size() > 1) etag = etag.substr(1, etag.size() - 2);
    const auto plain = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    if (etag.empty() || etag.size() > 200 || !std::ranges::all_of(etag, plain)) {
      throw Error({.file = answer.url,
                   .thing = "etag",
                   .found = etag.empty() ? "none" : shown_name(etag),
                   .expected = "an etag that identifies the contents",
                   .hint = "check that HF_ENDPOINT is the address of a Hugging Face hub"});
    }
    const std::string_view commit = answer.header("x-repo-commit");
    if (!commit.empty() && commit != commit_)
      throw Error({.file = answer.url, .found = "commit " + shown_name(commit), .expected = commit_});
    auto size = number(answer.header("x-linked-size"));
    if (!size && answer.status == 200) size = number(answer.header("content-length"));
    return {std::string(etag), size};
  }

  void fetch(const std::string& file) {
    const Promise promise = ask_promise(file);
    const fs::path blob = model_.blob(promise.etag);
    const CachedModel::Lock lock(model_.lock_file(promise.etag));
    std::error_code error;
    if (!fs::is_regular_file(blob, error)) download(file, promise, blob);
    etags_[file] = promise.etag;
    sizes_[file] = fs::file_size(blob);
  }

  void fetch_parts(const Version& version, const std::string& index) {
    const fs::path blob = model_.blob(etags_.at(index));
    std::set<std::string> parts;
    for (const auto& [tensor, part] : parse_index(read_json(blob), index)) parts.insert(part);
    for (const std::string& part : parts) {
      if (!version.has(part)) {
        throw Error({.file = repository_.name,
                     .thing = index,
                     .found = shown_name(part),
                     .expected = "files that the model has"});
      }
      fetch(part);
    }
  }

  void download(const std::string& file, const Promise& promise, const fs::path& blob) {
    const fs::path incomplete = blob.string() + ".incomplete";
    bool has_length = promise.size.has_value();
    {
      Incomplete part(incomplete, promise.size);
      const std::uint64_t before = part.bytes();
      RetryPolicy retries;
      std::uint64_t most = before;  // bytes that the file has had when the count of tries was last reset
      while (!part.is_whole()) {
        const std::uint64_t begin = part.bytes();
        std::uint64_t start = begin;
        const HttpAnswer answer =
            client_.send({.url = url(file),
                          .first_byte = begin,
                          .on_data = [&, first = true](const HttpAnswer& head, std::string_view data) mutable {
                            if (std::exchange(first, false)) part.continue_from(start = start_of(head));
                            part.append(data);
                            on_progress_({file, part.bytes(), std::min(before, part.bytes()), promise.size});
                          }});
        if (answer.status == 416) part.continue_from(0);  // beyond the end: the partial file belongs to other contents
        if (answer.status >= 400 && answer.status != 416 && !RetryPolicy::is_retryable(answer))
          refuse_status(client_, answer, repository_);
        if ((answer.status == 200 || answer.status == 206) && !promise.size) {
          has_length = !answer.header("content-length").empty();  // the client has compared it with what arrived
          break;
        }
        // Each reset needs a hundredth of the file that was never there before, from a server that continues where it
        // is asked to: otherwise cut answers could go on forever.
        if (start == begin && part.bytes() > most + promise.size.value_or(0) / 100) {
          most = part.bytes();
          retries.reset();
        }
        if (!part.is_whole()) retries.wait(answer);
      }
    }
    if (!has_length && !is_digest(promise.etag)) {
      std::error_code ignored;
      fs::remove(incomplete, ignored);
      throw Error({.file = url(file),
                   .found = "neither a length nor a digest",
                   .expected = "one of them, to tell a whole file from a cut one",
                   .hint = "check that HF_ENDPOINT is the address of a Hugging Face hub"});
    }
    check(file, promise, incomplete);
    std::error_code error;
    fs::rename(incomplete, blob, error);
    if (error)
      throw Error({.file = blob.string(), .found = error.message(), .expected = "a place that can be written to"});
  }

  /// Returns the offset in the file at which the data of a response begin.
  static std::uint64_t start_of(const HttpAnswer& answer) {
    const std::string_view range = answer.header("content-range");  // "bytes 5-9/10"
    constexpr std::string_view unit = "bytes ";
    if (answer.status != 206 || !range.starts_with(unit)) return 0;
    return number(range.substr(unit.size(), range.find('-') - unit.size())).value_or(0);
  }

  void check(const std::string& file, const Promise& promise, const fs::path& incomplete) const {
    if (!is_digest(promise.etag)) return;  // a mirror with other etags cannot be verified
    const std::string found = digest_of(incomplete, promise.etag);
    if (found == promise.etag) return;
    std::error_code ignored;
    fs::remove(incomplete, ignored);
    throw Error({.file = url(file),
                 .thing = promise.etag.size() == 64 ? "SHA-256" : "git SHA-1",
                 .found = found,
                 .expected = promise.etag,
                 .hint = "the download was damaged or altered and has been discarded; try again"});
  }

  /// A partially downloaded file.
  class Incomplete {
   public:
    Incomplete(const fs::path& path, std::optional<std::uint64_t> size)
        : path_(path), size_(size), file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
      if (file_ < 0) fail(errno);
      bytes_ = static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END));
      if (!size_ || bytes_ > *size_) continue_from(0);
      std::error_code error;
      const auto space = fs::space(path.parent_path(), error);
      if (!error && size_ && space.available < *size_ - bytes_) fail(ENOSPC);
    }
    Incomplete(const Incomplete&) = delete;
    Incomplete& operator=(const Incomplete&) = delete;
    ~Incomplete() { ::close(file_); }

    std::uint64_t bytes() const { return bytes_; }
    bool is_whole() const { return size_ && bytes_ == *size_; }

    /// Truncates the file to `byte`. @throws Error if that would leave a gap.
    void continue_from(std::uint64_t byte) {
      if (byte > bytes_) {
        throw Error(
            {.file = path_.string(), .found = "a response that leaves a gap", .expected = "the rest of the file"});
      }
      if (::ftruncate(file_, static_cast<off_t>(byte)) != 0 || ::lseek(file_, 0, SEEK_END) < 0) fail(errno);
      bytes_ = byte;
    }

    void append(std::string_view data) {
      if (size_ && data.size() > *size_ - bytes_) {
        continue_from(0);
        throw Error({.file = path_.string(),
                     .found = "more bytes than announced",
                     .expected = fmt::format("{} bytes", *size_)});
      }
      if (const int error = write_all(file_, data); error != 0) fail(error);
      bytes_ += data.size();
    }

   private:
    [[noreturn]] void fail(int error) const {
      throw Error({.file = path_.string(),
                   .found = std::strerror(error),
                   .expected = size_ ? fmt::format("room for {} bytes", *size_) : "a place that can be written to",
                   .hint = "downloaded data is kept; HF_HUB_CACHE can set another folder for the cache"});
    }

    const fs::path& path_;
    const std::optional<std::uint64_t> size_;
    const int file_;
    std::uint64_t bytes_ = 0;
  };

  HttpClient& client_;
  const Repository& repository_;
  CachedModel model_;
  const std::function<void(const PullProgress&)>& on_progress_;
  std::string commit_;
  std::map<std::string, std::string> etags_;
  std::map<std::string, std::uint64_t> sizes_;
};

}  // namespace

PulledModel pull(HttpClient& client, const Repository& repository, const fs::path& cache,
                 const std::function<void(const PullProgress&)>& on_progress) {
  return Puller(client, repository, cache, on_progress).pull();
}

}  // namespace limn::hub
