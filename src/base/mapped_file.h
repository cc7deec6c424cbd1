#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace limn {

/// A file's bytes, read-only, mapped for as long as the object lives. Throws Error if the file cannot be read.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const& { return {data_, size_}; }
  std::span<const std::byte> bytes() && = delete;

  /// Tells the system that a part of bytes() is not needed for now: its pages leave this process's memory and
  /// come back from the file when they are read again.
  void release(std::span<const std::byte> part) const;

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace limn
