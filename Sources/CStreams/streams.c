// libxlsxwriter writes each part of a workbook into a temporary stream, rewinds it and copies it into the file. It looks at no
// error of that writing (1.1.4 as well as later), and rewind() clears the stream's mark of it: on a full disk the workbook lacks
// stretches, and the library says that all is well. This rewind() does what the C library's does, and first takes note of a
// failure. The program's own definition comes before the C library's for every library that is linked to it.
#include "CStreams.h"
#include <errno.h>
#include <stdio.h>

static _Thread_local int failure;

void tuowei_streams_begin(void) { failure = 0; }

int tuowei_streams_failure(void) { return failure; }

void rewind(FILE *stream) {
    errno = 0;
    if ((fflush(stream) != 0 || ferror(stream)) && failure == 0) failure = errno ? errno : EIO;
    fseek(stream, 0, SEEK_SET);
    clearerr(stream);
}
