#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/tensor.h"

namespace limn {

/// The datasets of an HDF5 file by their paths ("GROUP/…/NAME"), in the format in which Keras and h5py write weights by
/// default: superblock 0 or 1, groups with symbol tables, object headers of version 1, contiguous data. Nothing is
/// copied: the result's `bytes` point into `bytes`. Element types other than IEEE 754 little-endian have the type
/// "other". (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html)
///
/// docs/dependencies.md explains why limn does not use libhdf5.
/// @param file the file's name in messages.
/// @throws Error for chunks, filters, links and data in other files, for cyclic groups, and if the file is invalid.
Tensors read_hdf5(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
