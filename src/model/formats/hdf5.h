#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/tensor.h"

namespace limn {

/// The datasets of an HDF5 file, by their paths ("GROUP/…/NAME"), as Keras and h5py write weights unless told
/// otherwise: superblock 0 or 1, groups with symbol tables, object headers of version 1, contiguous data. Nothing is
/// copied: the result's `bytes` point into `bytes`. Numbers other than IEEE 754 little-endian ones have the type
/// "other". (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html)
///
/// Chunks, filters, links and data in other files are refused; so are groups that contain each other. Why not libhdf5:
/// docs/dependencies.md.
/// @param file how messages name it.
/// @throws Error for that, and for whatever does not fit the file.
Tensors read_hdf5(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
