// liblzma decodes xz with a limit on its memory that libarchive's filter does not let us set.
#include <lzma.h>
