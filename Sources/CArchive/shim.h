// libarchive reads tar, zip, 7z and the compressed streams around them; Swift has no reader of its own for these.
#include <archive.h>
#include <archive_entry.h>
