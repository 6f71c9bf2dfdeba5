// libzstd decodes Zstandard with a limit on its window that libarchive's filter does not let us set.
#include <zstd.h>
#include <zstd_errors.h>
