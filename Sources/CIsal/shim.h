// igzip (ISA-L) inflates gzip about 2.8 times as fast as zlib; measured in docs/performance.md. Its CRC-64 is xz's.
#include <isa-l/crc.h>
#include <isa-l/crc64.h>
#include <isa-l/igzip_lib.h>
