// igzip (ISA-L) inflates gzip about 2.8 times as fast as zlib; measured in docs/performance.md.
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
