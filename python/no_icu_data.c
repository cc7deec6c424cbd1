/* In place of ICU's data, 31 MB: the form of the library "stubdata" that ICU's sources have for this purpose (stubdata.cpp).
   Only libxml2 calls ICU, for encodings that iconv does not know; limn gives it UTF-8. This table has no entries. */
#include <stdint.h>

struct Data {
  uint16_t header_size;
  uint8_t magic[2];
  uint16_t info_size, reserved;
  uint8_t is_big_endian, charset_family, size_of_uchar, reserved_byte, format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t count, more;
};

/* -DICU_DATA_NAME=icudt72_dat: the release that libxml2 uses. */
extern const struct Data ICU_DATA_NAME;
const struct Data ICU_DATA_NAME = {32, {0xda, 0x27}, 20, 0, 0, 0, 2, 0, {'T', 'o', 'C', 'P'}, {1}, {0}, {0}, 0, 0};
