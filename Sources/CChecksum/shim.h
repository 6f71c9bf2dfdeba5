// Of ISA-L the CRC-64 alone, by which the store's own files are checked: it decodes nothing.
#include <isa-l/crc64.h>
