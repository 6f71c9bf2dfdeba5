// libbz2 decodes bzip2; libarchive's filter passes over whatever stands behind the last stream, where damage must be refused.
#include <bzlib.h>
