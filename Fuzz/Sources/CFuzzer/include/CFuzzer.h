#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer's entry point for programs with a main of their own (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

// A file that has no name and lies in memory; a negative number where there is none.
int memory_file(void);
