// zlib inflates gzip where igzip is not usable, and computes CRC-32; Swift's library has neither.
#include <zlib.h>
