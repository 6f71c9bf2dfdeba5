#define _GNU_SOURCE
#include "CFuzzer.h"
#include <sys/mman.h>

int memory_file(void) { return memfd_create("archive", MFD_CLOEXEC); }
