#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace limn {

/// A read-only mapping of a file, valid during the lifetime of the object. Throws Error if the file cannot be read.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const& { return {data_, size_}; }
  std::span<const std::byte> bytes() && = delete;

  /// Tells the system that a part of bytes() is not needed at present: its pages are removed from the process's memory,
  /// and reloaded from the file on the next access.
  void release(std::span<const std::byte> part) const { release_pages(part); }
  /// The same for a part of any mapped file.
  static void release_pages(std::span<const std::byte> part);

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace limn
