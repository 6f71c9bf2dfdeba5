// liblzma reads the headers and the index of xz, and blocks of other filters than LZMA2 alone, with a limit on its memory that libarchive's
// filter does not let us set.
#include <lzma.h>
